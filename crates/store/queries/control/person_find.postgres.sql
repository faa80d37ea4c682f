SELECT id, name, document
FROM people
WHERE name = $1
