-- Those that were started are there too: a process that ended between two steps left them so.
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
WHERE state IN ('due', 'started') AND due_at <= ?1
ORDER BY due_at, id
LIMIT ?2
