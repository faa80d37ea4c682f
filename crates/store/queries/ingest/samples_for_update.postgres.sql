SELECT samples
FROM signal_samples
WHERE signal_id = $1
FOR UPDATE
