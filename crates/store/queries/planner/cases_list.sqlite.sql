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
WHERE (?1 IS NULL OR project_id = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR id < ?3)
ORDER BY id DESC
LIMIT ?4
