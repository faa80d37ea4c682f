-- As the index tasks_one_live has them.
SELECT id, state
FROM tasks
WHERE case_id = $1
    AND case_generation = $2
    AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
