UPDATE metric_series
SET judged_to = $5
WHERE project_id = $1 AND name = $2 AND span = $3 AND judged_to = $4
