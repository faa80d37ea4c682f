SELECT COALESCE(SUM(count), 0) AS "count!: i64"
FROM case_signals
JOIN signal_counts ON signal_counts.signal_id = case_signals.signal_id
WHERE case_id = ?1
