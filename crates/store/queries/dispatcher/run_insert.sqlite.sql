INSERT INTO runs (id, task_id, state, mode, agent, attempt, token, queued_at, changed_at)
VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?6)
ON CONFLICT DO NOTHING
