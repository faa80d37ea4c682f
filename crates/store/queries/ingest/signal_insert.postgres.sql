-- A key that is another signal's alias makes no signal.
INSERT INTO signals (
    id, project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold, repository,
    repository_from, made_at
)
SELECT $1::uuid, $2::uuid, $3::text, $4::text, $5::bigint, $6::text,
    $7::text, $8::text, $9::text, $10::text, $11::text, $12::text, $13::bigint
WHERE NOT EXISTS (
    SELECT 1
    FROM signal_aliases
    WHERE project_id = $2 AND family = $3 AND kind = $4 AND fingerprint_version = $5 AND fingerprint = $6
)
ON CONFLICT DO NOTHING
