-- Compare and set: of two plans made from one reading, one is written.
UPDATE plan_heads
SET revision = revision + 1
WHERE project_id = ?1 AND revision = ?2
