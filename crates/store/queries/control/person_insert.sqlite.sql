-- The first id stays: tasks refer to it.
INSERT INTO people (id, name, document, made_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE
SET document = excluded.document
