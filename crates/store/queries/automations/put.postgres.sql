-- The first id stays: firings refer to it.
INSERT INTO automations (id, name, document, changed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (name) DO UPDATE
SET document = excluded.document, changed_at = excluded.changed_at
