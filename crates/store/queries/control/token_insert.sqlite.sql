INSERT INTO tokens (id, name, role, scope, hash, made_at, expires_at, revoked_at, used_at, parent)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (id) DO NOTHING
