INSERT INTO record_marks (project_id, mark, seen_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
