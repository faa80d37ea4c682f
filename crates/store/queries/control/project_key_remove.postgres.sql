DELETE FROM project_keys
WHERE key = $1 AND project_id = $2
