-- So that there is a row to lock.
INSERT INTO metric_points (project_id, name, span, step, at, count, users, sketch)
VALUES ($1, $2, $3, $4, $5, 0, 0, $6)
ON CONFLICT DO NOTHING
