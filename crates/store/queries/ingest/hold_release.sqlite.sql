UPDATE signals
SET hold = NULL
WHERE id = ?1 AND hold IS NOT NULL
