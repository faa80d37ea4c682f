SELECT
    id, project_id, title, title_from, state, generation, score, merged_into, opened_at, changed_at, ruling, version,
    repository_id
FROM cases
WHERE id = $1
