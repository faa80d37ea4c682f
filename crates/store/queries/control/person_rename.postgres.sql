UPDATE people
SET name = $2, document = $3
WHERE id = $1
