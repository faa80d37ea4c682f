UPDATE tasks
SET starter = 'approved', mode = ?2, changed_at = ?3
WHERE id = ?1
