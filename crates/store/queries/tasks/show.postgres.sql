SELECT
    id, project_id, repository_id, case_id, case_generation, title, title_from, brief, brief_from, intent, mode, priority,
    origin, root_id, depth, state, starter, provenance, assignee, opened_at, changed_at
FROM tasks
WHERE id = $1
