SELECT n.repository_id AS "repository_id!: Uuid", n.path, n.person_id AS "person_id!: Uuid"
FROM not_owners AS n JOIN repositories AS r ON r.id = n.repository_id
WHERE r.project_id = ?1
ORDER BY n.at DESC
LIMIT ?2
