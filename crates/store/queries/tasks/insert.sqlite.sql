-- No row where a live task of the case generation, or one under the same key, is there already.
INSERT INTO tasks (
    id, project_id, repository_id, case_id, case_generation, title, title_from, brief, brief_from, intent, mode,
    priority, origin, root_id, depth, state, starter, provenance, assignee, once_key, opened_at, changed_at
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?21)
ON CONFLICT DO NOTHING
