-- Newest first; a page begins before the id that ended the page before it.
SELECT
    id, project_id, repository_id, case_id, case_generation, title, title_from, brief, brief_from, intent, mode, priority,
    origin, root_id, depth, state, starter, provenance, assignee, opened_at, changed_at
FROM tasks
WHERE ($1::uuid IS NULL OR project_id = $1)
    AND ($2::text IS NULL OR state = $2)
    AND ($3::uuid IS NULL OR id < $3)
    AND ($5::uuid IS NULL OR case_id = $5)
ORDER BY id DESC
LIMIT $4
