SELECT document
FROM outcomes
WHERE task_id = ?1
ORDER BY at DESC, id DESC
LIMIT 1
