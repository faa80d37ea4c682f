SELECT project_id, judged_to
FROM metric_series
WHERE name = $1 AND span = $2 AND judged_to < $3
ORDER BY project_id
LIMIT $4
