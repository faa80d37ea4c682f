INSERT INTO plan_heads (project_id, revision)
VALUES (?1, 0)
ON CONFLICT DO NOTHING
