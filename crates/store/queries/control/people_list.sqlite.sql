SELECT id AS "id!: uuid::Uuid", name, document
FROM people
ORDER BY name
LIMIT ?1
