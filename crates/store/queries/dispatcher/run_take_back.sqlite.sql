DELETE FROM runs
WHERE id = ?1 AND state = 'pending' AND attempt = 0
