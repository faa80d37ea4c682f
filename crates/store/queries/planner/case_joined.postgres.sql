-- Its signals in the order in which they came.
SELECT
    signals.id, signals.project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold,
    repository, repository_from, count, first_seen, last_seen, revision, planned_revision,
    signal_users.users AS "users?", case_signals.case_id AS "case_id?"
FROM case_signals
JOIN signals ON signals.id = case_signals.signal_id
JOIN signal_counts ON signal_counts.signal_id = case_signals.signal_id
LEFT JOIN signal_users ON signal_users.signal_id = signals.id
WHERE case_signals.case_id = $1
ORDER BY joined_at, case_signals.signal_id
LIMIT $2
