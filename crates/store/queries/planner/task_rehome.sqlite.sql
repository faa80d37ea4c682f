UPDATE tasks
SET case_id = ?2, case_generation = ?3
WHERE id = ?1
