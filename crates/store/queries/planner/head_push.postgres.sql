-- Whatever was read before is not written any more.
UPDATE plan_heads
SET revision = revision + 1
WHERE project_id = $1
