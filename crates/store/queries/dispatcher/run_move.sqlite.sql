UPDATE runs
SET state = ?2, lease_until = ?3, changed_at = ?4
WHERE id = ?1
