-- Those that were started are there too: a process that ended between two steps left them so.
SELECT id, automation_id, trigger_index, due_at, state, delivery_id, task_id, reason
FROM firings
WHERE state IN ('due', 'started') AND due_at <= $1
ORDER BY due_at, id
LIMIT $2
