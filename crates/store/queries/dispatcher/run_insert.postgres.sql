-- No row where the task is gone, or has a live run already.
INSERT INTO runs (id, task_id, state, mode, agent, attempt, token, queued_at, changed_at)
SELECT $1::uuid, id, $3::text, $4::text, $5::text, 0, 0, $6::bigint, $6::bigint
FROM tasks
WHERE id = $2::uuid
ON CONFLICT DO NOTHING
