SELECT id, state
FROM tasks
WHERE case_id = $1 AND case_generation = $2
ORDER BY id
