SELECT document
FROM outcomes
WHERE run_id = ?1
