SELECT
    seq,
    at,
    note
FROM run_notes
WHERE run_id = ?1 AND seq > ?2
ORDER BY seq
LIMIT ?3
