INSERT INTO record_marks (project_id, mark, seen_at)
SELECT unhex(value ->> 0), unhex(value ->> 1), ?2
FROM json_each(?1)
WHERE true
ON CONFLICT DO NOTHING
RETURNING project_id AS "project_id!: Uuid", mark AS "mark!"
