SELECT id AS "id!: Uuid"
FROM cases
WHERE project_id = ?1 AND due_at <= ?2
ORDER BY due_at, id
LIMIT ?3
