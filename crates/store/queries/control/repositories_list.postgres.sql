SELECT id, project_id, name, location, default_branch
FROM repositories
WHERE project_id = $1
ORDER BY name
LIMIT $2
