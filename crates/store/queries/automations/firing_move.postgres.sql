UPDATE firings
SET state = $2, task_id = coalesce($3, task_id), reason = $4, changed_at = $5
WHERE id = $1
