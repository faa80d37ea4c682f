SELECT coalesce(max(seq), 0) AS "seq!"
FROM run_notes
WHERE run_id = $1
