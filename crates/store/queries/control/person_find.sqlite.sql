SELECT id AS "id!: uuid::Uuid", name, document
FROM people
WHERE name = ?1
