SELECT id, project_id, owner, reason, rule, made_at, expires_at, lifted_at
FROM suppressions
WHERE project_id = $1 AND lifted_at IS NULL AND expires_at > $2
ORDER BY id
