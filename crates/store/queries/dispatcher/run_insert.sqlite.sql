-- No row where the task is gone, or has a live run already.
INSERT INTO runs (id, task_id, state, mode, agent, attempt, token, queued_at, changed_at)
SELECT ?1, id, ?3, ?4, ?5, 0, 0, ?6, ?6
FROM tasks
WHERE id = ?2
ON CONFLICT DO NOTHING
