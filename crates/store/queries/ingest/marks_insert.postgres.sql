INSERT INTO record_marks (project_id, mark, seen_at)
SELECT project_id, mark, $3
FROM unnest($1::uuid[], $2::bytea[]) AS marks (project_id, mark)
ON CONFLICT DO NOTHING
RETURNING project_id, mark
