-- What people said of earlier cases: where their causes were.
SELECT c.title, r.name AS repository
FROM cases AS c JOIN repositories AS r ON r.id = c.repository_id
WHERE c.project_id = $1 AND c.repository_id IS NOT NULL
ORDER BY c.id DESC
LIMIT $2
