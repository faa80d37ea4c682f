-- Newest first; a page begins before the id that ended the page before it.
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
WHERE (?1 IS NULL OR project_id = ?1)
    AND (?2 IS NULL OR state = ?2)
    AND (?3 IS NULL OR id < ?3)
    AND (?5 IS NULL OR case_id = ?5)
ORDER BY id DESC
LIMIT ?4
