-- It is planned again.
UPDATE signal_counts
SET revision = revision + 1
WHERE signal_id = ?1
