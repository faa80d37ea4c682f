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
-- The same wish says more than another task of the case.
ORDER BY CASE WHEN once_key = ?1 THEN 0 ELSE 1 END, id
LIMIT 1
