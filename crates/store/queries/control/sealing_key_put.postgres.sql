INSERT INTO sealing_key (only_row, id, since)
VALUES (1, $1, $2)
ON CONFLICT (only_row) DO UPDATE
SET id = excluded.id, since = excluded.since
WHERE sealing_key.id = $3
