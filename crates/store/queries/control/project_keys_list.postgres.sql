-- The oldest first: the one that SDKs were given.
SELECT key, project_id, made_at
FROM project_keys
WHERE project_id = $1
ORDER BY made_at, key
LIMIT $2
