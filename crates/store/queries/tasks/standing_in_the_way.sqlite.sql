SELECT
    id AS "id!: Uuid",
    once_key
FROM tasks
WHERE once_key = ?1
    OR (
        case_id = ?2
        AND case_generation = ?3
        AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
    )
ORDER BY id
LIMIT 1
