SELECT id AS "id!: Uuid", project_id AS "project_id!: Uuid", revision, at, document
FROM plans
WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR id < ?2)
ORDER BY id DESC
LIMIT ?3
