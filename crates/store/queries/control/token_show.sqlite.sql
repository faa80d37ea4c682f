SELECT id AS "id!: uuid::Uuid", name, role, scope, made_at, expires_at, revoked_at, used_at, parent AS "parent?: uuid::Uuid"
FROM tokens
WHERE id = ?1
