-- Another reason takes its place.
UPDATE decisions
SET is_current = 0
WHERE stage = $1 AND subject = $2 AND subject_id = $3 AND is_current = 1 AND code <> $4
