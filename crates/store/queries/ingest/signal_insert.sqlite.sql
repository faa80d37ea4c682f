-- A key that is another signal's alias makes no signal.
INSERT INTO signals (
    id, project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold, repository,
    repository_from, made_at
)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
WHERE NOT EXISTS (
    SELECT 1
    FROM signal_aliases
    WHERE project_id = ?2 AND family = ?3 AND kind = ?4 AND fingerprint_version = ?5 AND fingerprint = ?6
)
ON CONFLICT DO NOTHING
