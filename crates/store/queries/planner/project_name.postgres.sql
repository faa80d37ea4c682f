SELECT name
FROM projects
WHERE id = $1
