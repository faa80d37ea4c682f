-- A key that is another signal's alias makes no signal.
INSERT INTO signals (
    id, project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold, repository,
    repository_from, made_at
)
SELECT
    new.id, new.project_id, new.family, new.kind, new.version, new.fingerprint, new.title, new.title_from, new.severity,
    new.hold, new.repository, new.repository_from, $13
FROM unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::text[], $12::text[]
) AS new (
    id, project_id, family, kind, version, fingerprint, title, title_from, severity, hold, repository, repository_from
)
WHERE NOT EXISTS (
    SELECT 1
    FROM signal_aliases AS alias
    WHERE
        alias.project_id = new.project_id AND alias.family = new.family AND alias.kind = new.kind
        AND alias.fingerprint_version = new.version AND alias.fingerprint = new.fingerprint
)
ON CONFLICT DO NOTHING
RETURNING id
