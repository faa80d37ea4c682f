-- One's own first, then what is nobody's, then others': no task waits for ever for an owner. Of each the most urgent, then
-- the oldest; one that another person is taking this moment is passed over.
SELECT id
FROM tasks
WHERE state = 'queued' AND ($1::uuid IS NULL OR project_id = $1)
ORDER BY CASE WHEN assignee = $2::uuid THEN 0 WHEN assignee IS NULL THEN 1 ELSE 2 END, priority, opened_at, id
LIMIT 1
FOR UPDATE SKIP LOCKED
