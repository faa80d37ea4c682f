SELECT id, project_id, owner, reason, rule, made_at, expires_at, lifted_at
FROM suppressions
WHERE id = $1
