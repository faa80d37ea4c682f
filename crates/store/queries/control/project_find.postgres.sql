SELECT id, name
FROM projects
WHERE name = $1
