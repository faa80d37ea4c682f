INSERT INTO signals (
    id, project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold, repository,
    repository_from, made_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
