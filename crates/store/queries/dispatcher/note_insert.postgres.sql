INSERT INTO run_notes (run_id, seq, at, note)
VALUES ($1, $2, $3, $4)
