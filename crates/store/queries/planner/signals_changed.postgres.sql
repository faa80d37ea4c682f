-- The difference between what ingest raised and what a plan wrote back; the partial index lists it.
SELECT
    signals.id, signals.project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold,
    repository, repository_from, count, first_seen, last_seen, revision, planned_revision,
    signal_users.users AS "users?", case_signals.case_id AS "case_id?"
FROM signal_counts
JOIN signals ON signals.id = signal_counts.signal_id
LEFT JOIN signal_users ON signal_users.signal_id = signals.id
LEFT JOIN case_signals ON case_signals.signal_id = signals.id
WHERE signal_counts.project_id = $1 AND revision <> planned_revision
ORDER BY signal_counts.signal_id
LIMIT $2
