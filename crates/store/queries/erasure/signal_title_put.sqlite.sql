UPDATE signals
SET title = ?3
WHERE id = ?1 AND title = ?2
