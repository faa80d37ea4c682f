-- Severities by their rank, as the domain orders them.
SELECT
    COUNT(*) AS "signals!: i64",
    COALESCE(SUM(CASE WHEN hold IS NULL THEN 1 ELSE 0 END), 0) AS "free!: i64",
    COALESCE(SUM(count), 0) AS "records!: i64",
    COALESCE(MIN(first_seen), 0) AS "first_seen!: i64",
    COALESCE(MAX(last_seen), 0) AS "last_seen!: i64",
    COALESCE(MAX(CASE severity WHEN 'fatal' THEN 3 WHEN 'error' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END), 0)
        AS "severity!: i64"
FROM case_signals
JOIN signals ON signals.id = case_signals.signal_id
JOIN signal_counts ON signal_counts.signal_id = case_signals.signal_id
WHERE case_id = ?1
