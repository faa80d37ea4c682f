UPDATE signal_counts
SET planned_revision = ?2
WHERE signal_id = ?1 AND planned_revision < ?2
