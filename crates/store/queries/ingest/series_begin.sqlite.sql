INSERT INTO metric_series (project_id, name, span, judged_to)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
