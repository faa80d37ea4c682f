SELECT project_id AS "project_id!: Uuid"
FROM cases
WHERE id = ?1
