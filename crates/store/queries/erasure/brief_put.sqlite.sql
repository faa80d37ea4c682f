UPDATE tasks
SET brief = ?3
WHERE id = ?1 AND brief = ?2
