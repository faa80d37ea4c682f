SELECT hour, SUM(count)::bigint AS "count!"
FROM case_signals
JOIN signal_hours ON signal_hours.signal_id = case_signals.signal_id
WHERE case_id = $1 AND hour >= $2
GROUP BY hour
ORDER BY hour
