-- Live tasks that nobody opened for a case: they may name one.
SELECT id, repository_id, state, changed_at, title || chr(10) || substr(brief, 1, 4000) AS "text!"
FROM tasks
WHERE project_id = $1
    AND case_id IS NULL
    AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
ORDER BY id DESC
LIMIT $2
