SELECT state, version, generation
FROM cases
WHERE id = $1
FOR UPDATE
