-- Severities by their rank, as the domain orders them.
SELECT
    COUNT(*) AS "signals!",
    COALESCE(SUM(CASE WHEN hold IS NULL THEN 1 ELSE 0 END), 0)::bigint AS "free!",
    COALESCE(SUM(count), 0)::bigint AS "records!",
    COALESCE(MIN(first_seen), 0) AS "first_seen!",
    COALESCE(MAX(last_seen), 0) AS "last_seen!",
    COALESCE(MAX(CASE severity WHEN 'fatal' THEN 3 WHEN 'error' THEN 2 WHEN 'warning' THEN 1 ELSE 0 END), 0)::bigint
        AS "severity!"
FROM case_signals
JOIN signals ON signals.id = case_signals.signal_id
JOIN signal_counts ON signal_counts.signal_id = case_signals.signal_id
WHERE case_id = $1
