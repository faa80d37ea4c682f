SELECT id, project_id, name, location, default_branch
FROM repositories
WHERE id = $1
