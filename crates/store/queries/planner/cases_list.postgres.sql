SELECT
    id, project_id, title, title_from, state, generation, score, merged_into, opened_at, changed_at, ruling, version,
    repository_id
FROM cases
WHERE ($1::uuid IS NULL OR project_id = $1) AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3)
ORDER BY id DESC
LIMIT $4
