SELECT document
FROM changes
WHERE task_id = $1
ORDER BY id
