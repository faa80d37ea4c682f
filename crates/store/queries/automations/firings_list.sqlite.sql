-- Newest first; a page begins before the id that ended the page before it.
SELECT
    id AS "id!: uuid::Uuid",
    automation_id AS "automation_id!: uuid::Uuid",
    trigger_index,
    due_at,
    state,
    delivery_id AS "delivery_id: uuid::Uuid",
    task_id AS "task_id: uuid::Uuid",
    reason
FROM firings
WHERE automation_id = ?1 AND (?2 IS NULL OR id < ?2)
ORDER BY id DESC
LIMIT ?3
