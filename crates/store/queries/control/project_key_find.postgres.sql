SELECT key, project_id, made_at
FROM project_keys
WHERE key = $1
