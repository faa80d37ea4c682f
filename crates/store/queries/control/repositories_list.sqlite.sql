SELECT
    id AS "id!: uuid::Uuid",
    project_id AS "project_id!: uuid::Uuid",
    name,
    location,
    default_branch
FROM repositories
WHERE project_id = ?1
ORDER BY name
LIMIT ?2
