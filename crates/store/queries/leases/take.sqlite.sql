-- A row only where nobody holds it; the token grows with every taking, so that an older holder can be told apart.
INSERT INTO leases (name, holder, token, until)
VALUES (?1, ?2, 1, ?3)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, token = leases.token + 1, until = excluded.until
WHERE leases.until <= ?4
RETURNING token AS "token!: i64"
