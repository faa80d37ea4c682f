INSERT INTO projects (id, name, made_at)
VALUES ($1, $2, $3)
ON CONFLICT (name) DO NOTHING
