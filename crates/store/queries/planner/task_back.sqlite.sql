-- Only where it still lives, and on the case that it came to.
UPDATE tasks
SET case_id = ?3, case_generation = ?4
WHERE id = ?1
    AND case_id = ?2
    AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
