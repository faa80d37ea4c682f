INSERT INTO outcomes (id, task_id, run_id, verdict, document, at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
