-- Queued tasks that wait for no person, the most urgent first.
SELECT
    id AS "id!: Uuid",
    project_id AS "project_id!: Uuid",
    repository_id AS "repository_id: Uuid",
    mode,
    priority,
    provenance,
    starter,
    opened_at
FROM tasks
WHERE state = 'queued' AND starter <> 'person'
ORDER BY priority, opened_at, id
LIMIT ?1
