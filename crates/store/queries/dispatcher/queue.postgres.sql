-- Tasks that may be started, the most urgent first.
SELECT id, project_id, repository_id, mode, priority, provenance, opened_at
FROM tasks
WHERE state = 'queued'
ORDER BY priority, opened_at, id
LIMIT $1
