INSERT INTO secrets (id, name, sealed, made_at, changed_at)
VALUES ($1, $2, $3, $4, $4)
ON CONFLICT (name) DO UPDATE
SET sealed = excluded.sealed, changed_at = excluded.changed_at
