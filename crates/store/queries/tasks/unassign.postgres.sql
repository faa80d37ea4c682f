-- Nobody else's task is taken away.
UPDATE tasks
SET assignee = NULL, changed_at = $3
WHERE id = $1 AND assignee = $2
