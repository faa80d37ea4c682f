-- Queued tasks that wait for no person, the most urgent first.
SELECT id, project_id, repository_id, mode, priority, provenance, starter, opened_at
FROM tasks
WHERE state = 'queued' AND starter <> 'person'
ORDER BY priority, opened_at, id
LIMIT $1
