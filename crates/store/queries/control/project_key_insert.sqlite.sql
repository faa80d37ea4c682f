INSERT INTO project_keys (key, project_id, made_at)
VALUES (?1, ?2, ?3)
ON CONFLICT (key) DO NOTHING
