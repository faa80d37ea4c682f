SELECT id, automation_id, trigger_index, due_at, state, delivery_id, task_id, reason
FROM firings
WHERE id = $1
FOR UPDATE
