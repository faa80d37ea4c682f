SELECT n.repository_id, n.path, n.person_id
FROM not_owners AS n JOIN repositories AS r ON r.id = n.repository_id
WHERE r.project_id = $1
ORDER BY n.at DESC
LIMIT $2
