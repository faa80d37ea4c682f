DELETE FROM signal_samples
WHERE signal_id = ?1 AND samples = ?2
