SELECT id AS "id!: uuid::Uuid", name, document
FROM automations
ORDER BY name
LIMIT ?1
