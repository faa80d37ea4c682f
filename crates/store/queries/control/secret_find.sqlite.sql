SELECT id AS "id!: uuid::Uuid", name, sealed, made_at, changed_at
FROM secrets
WHERE name = ?1
