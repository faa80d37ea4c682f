UPDATE signal_samples
SET samples = ?3
WHERE signal_id = ?1 AND samples = ?2
