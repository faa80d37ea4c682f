SELECT
    id AS "id!: Uuid",
    project_id AS "project_id!: Uuid",
    title,
    title_from,
    state,
    generation,
    score,
    merged_into AS "merged_into: Uuid",
    opened_at,
    changed_at,
    ruling,
    version,
    repository_id AS "repository_id: Uuid"
FROM cases
WHERE id = ?1
