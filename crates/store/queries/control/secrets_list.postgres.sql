SELECT id, name, made_at, changed_at
FROM secrets
ORDER BY name
LIMIT $1
