SELECT id, name, document
FROM people
ORDER BY name
LIMIT $1
