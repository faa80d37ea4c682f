SELECT revision
FROM plan_heads
WHERE project_id = ?1
