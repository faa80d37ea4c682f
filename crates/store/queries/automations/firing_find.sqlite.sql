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
WHERE automation_id = ?1 AND trigger_index = ?2 AND due_at = ?3
