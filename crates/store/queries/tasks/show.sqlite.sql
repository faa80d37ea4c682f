SELECT
    id AS "id!: Uuid",
    project_id AS "project_id!: Uuid",
    repository_id AS "repository_id: Uuid",
    case_id AS "case_id: Uuid",
    case_generation,
    title,
    title_from,
    brief,
    brief_from,
    intent,
    mode,
    priority,
    origin,
    root_id AS "root_id!: Uuid",
    depth,
    state, starter,
    provenance,
    assignee AS "assignee: Uuid",
    opened_at,
    changed_at
FROM tasks
WHERE id = ?1
