SELECT sketch
FROM metric_points
WHERE project_id = ?1 AND name = ?2 AND span = ?3 AND step = ?4 AND at = ?5
