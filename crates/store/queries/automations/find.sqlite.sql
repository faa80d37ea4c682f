SELECT id AS "id!: uuid::Uuid", name, document
FROM automations
WHERE name = ?1
