-- The reason stands: only its count, its last time and its words follow.
UPDATE decisions
SET count = count + $5, last_at = greatest(last_at, $6), words = $7
WHERE stage = $1 AND subject = $2 AND subject_id = $3 AND is_current = 1 AND code = $4
