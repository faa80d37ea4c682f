INSERT INTO runners (id, name, computer, modes, slots, seen_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (name) DO UPDATE
SET computer = excluded.computer, modes = excluded.modes, slots = excluded.slots, seen_at = excluded.seen_at
RETURNING id AS "id!: Uuid"
