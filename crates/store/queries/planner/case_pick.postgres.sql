UPDATE cases
SET repository_id = $2, due_at = $3, version = version + 1
WHERE id = $1
