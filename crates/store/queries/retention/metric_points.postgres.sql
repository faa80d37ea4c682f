DELETE FROM metric_points
WHERE (project_id, name, span, step, at) IN (
    SELECT project_id, name, span, step, at
    FROM metric_points
    WHERE at < $1
    ORDER BY at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
