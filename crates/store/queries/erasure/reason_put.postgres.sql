UPDATE decisions
SET words = $3
WHERE id = $1 AND words = $2
