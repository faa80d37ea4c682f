SELECT
    id AS "id!: uuid::Uuid",
    project_id AS "project_id!: uuid::Uuid",
    name,
    location,
    default_branch
FROM repositories
WHERE id = ?1
