UPDATE cases
SET state = $2, ruling = $3, changed_at = $4, due_at = $5, version = version + 1
WHERE id = $1
