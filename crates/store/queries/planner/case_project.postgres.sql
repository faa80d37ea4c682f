SELECT project_id
FROM cases
WHERE id = $1
