-- As the index tasks_one_live has them.
SELECT COUNT(*) AS "count!"
FROM tasks
WHERE project_id = $1
    AND case_id IS NOT NULL
    AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
