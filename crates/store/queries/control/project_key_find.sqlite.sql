SELECT key AS "key!", project_id AS "project_id!: uuid::Uuid", made_at
FROM project_keys
WHERE key = ?1
