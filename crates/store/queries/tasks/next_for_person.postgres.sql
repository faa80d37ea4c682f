-- The most urgent, then the oldest; one that another person is taking this moment is passed over.
SELECT id
FROM tasks
WHERE state = 'queued' AND ($1::uuid IS NULL OR project_id = $1)
ORDER BY priority, opened_at, id
LIMIT 1
FOR UPDATE SKIP LOCKED
