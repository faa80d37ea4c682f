SELECT step, at, count, users
FROM metric_points
WHERE project_id = $1 AND name = $2 AND span = $3 AND at >= $4 AND at < $5
ORDER BY at, step
LIMIT $6
