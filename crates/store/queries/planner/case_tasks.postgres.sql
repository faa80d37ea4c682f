-- Of every generation, the newest.
SELECT id, state, case_generation AS "generation!", changed_at
FROM tasks
WHERE case_id = $1
ORDER BY id DESC
LIMIT $2
