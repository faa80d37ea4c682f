-- Live tasks that nobody opened for a case: they may name one.
SELECT
    id AS "id!: Uuid",
    repository_id AS "repository_id: Uuid",
    state,
    changed_at,
    title || char(10) || substr(brief, 1, 4000) AS "text!: String"
FROM tasks
WHERE project_id = ?1
    AND case_id IS NULL
    AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
ORDER BY id DESC
LIMIT ?2
