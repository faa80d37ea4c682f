UPDATE tasks
SET state = $2, assignee = $3, changed_at = $4
WHERE id = $1
