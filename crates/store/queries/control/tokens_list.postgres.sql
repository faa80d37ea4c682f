-- Newest first; a page begins before the id that ended the page before it.
SELECT id, name, role, scope, made_at, expires_at, revoked_at, used_at, parent
FROM tokens
WHERE $1::uuid IS NULL OR id < $1
ORDER BY id DESC
LIMIT $2
