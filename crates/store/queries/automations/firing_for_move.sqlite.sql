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
WHERE id = ?1
