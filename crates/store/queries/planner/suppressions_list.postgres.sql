SELECT id, project_id, owner, reason, rule, made_at, expires_at, lifted_at
FROM suppressions
WHERE ($1::uuid IS NULL OR project_id = $1) AND ($2::uuid IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3
