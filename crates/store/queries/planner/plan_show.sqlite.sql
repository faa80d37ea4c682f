SELECT id AS "id!: Uuid", project_id AS "project_id!: Uuid", revision, at, document
FROM plans
WHERE id = ?1
