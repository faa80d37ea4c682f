UPDATE run_notes
SET note = $4
WHERE run_id = $1 AND seq = $2 AND note = $3
