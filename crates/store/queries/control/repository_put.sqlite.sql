-- The first id stays: tasks and changes refer to it.
INSERT INTO repositories (id, project_id, name, location, default_branch, made_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (project_id, name) DO UPDATE
SET location = excluded.location, default_branch = excluded.default_branch
