SELECT id AS "id!: uuid::Uuid", name
FROM projects
ORDER BY name
LIMIT ?1
