SELECT hour, count
FROM signal_hours
WHERE signal_id = $1 AND hour >= $2
ORDER BY hour
