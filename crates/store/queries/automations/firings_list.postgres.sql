-- Newest first; a page begins before the id that ended the page before it.
SELECT id, automation_id, trigger_index, due_at, state, delivery_id, task_id, reason
FROM firings
WHERE automation_id = $1 AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
