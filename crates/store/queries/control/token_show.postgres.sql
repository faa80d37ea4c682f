SELECT id, name, role, scope, made_at, expires_at, revoked_at, used_at, parent
FROM tokens
WHERE id = $1
