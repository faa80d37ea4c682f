SELECT
    id, project_id, title, title_from, state, generation, score, merged_into, opened_at, changed_at, ruling, version,
    repository_id
FROM cases
WHERE project_id = $1
    AND state = 'tasked'
    AND NOT EXISTS (
        SELECT 1
        FROM tasks
        WHERE tasks.case_id = cases.id
            AND tasks.case_generation = cases.generation
            AND tasks.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
    )
ORDER BY id
LIMIT $2
