INSERT INTO firings (id, automation_id, trigger_index, due_at, state, delivery_id, task_id, reason, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (automation_id, trigger_index, due_at) DO NOTHING
