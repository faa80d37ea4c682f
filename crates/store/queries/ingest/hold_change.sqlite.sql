-- Unless a later record than the one that says so is counted already.
UPDATE signals
SET hold = ?2
WHERE id = ?1
    AND (
        ?3 IS NULL
        OR NOT EXISTS (SELECT 1 FROM signal_counts WHERE signal_id = ?1 AND last_seen > ?3)
    )
