-- Tasks of a project's cases that live, or were done lately, with the lines that they are about.
SELECT
    t.id AS "id!: Uuid",
    t.repository_id AS "repository_id: Uuid",
    t.case_id AS "case_id: Uuid",
    t.state,
    t.changed_at,
    c.places AS "places?"
FROM tasks AS t LEFT JOIN task_contexts AS c ON c.task_id = t.id
WHERE t.project_id = ?1
    AND t.case_id IS NOT NULL
    AND (t.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review') OR (t.state = 'done' AND t.changed_at > ?2))
ORDER BY t.id DESC
LIMIT ?3
