SELECT id AS "id!: uuid::Uuid", name
FROM projects
WHERE name = ?1
