SELECT id, project_id, revision, at, document
FROM plans
WHERE id = $1
