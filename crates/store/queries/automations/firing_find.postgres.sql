SELECT id, automation_id, trigger_index, due_at, state, delivery_id, task_id, reason
FROM firings
WHERE automation_id = $1 AND trigger_index = $2 AND due_at = $3
