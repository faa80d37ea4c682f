SELECT id AS "id!: Uuid", project_id AS "project_id!: Uuid", owner, reason, rule, made_at, expires_at, lifted_at
FROM suppressions
WHERE id = ?1
