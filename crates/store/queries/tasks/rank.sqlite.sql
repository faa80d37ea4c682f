-- Only what nobody has begun: a rank says who comes first.
UPDATE tasks
SET priority = ?2
WHERE id = ?1 AND priority <> ?2 AND state IN ('proposed', 'queued', 'waiting')
