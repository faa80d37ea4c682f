UPDATE cases
SET state = ?2, merged_into = ?3, changed_at = ?4, due_at = ?4, version = version + 1
WHERE id = ?1
