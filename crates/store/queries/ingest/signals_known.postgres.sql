-- Whose keys or aliases they are. Locked against the sweep, which might take them before this step counts.
SELECT keys.place AS "place!", signals.id, signals.hold
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[]) WITH ORDINALITY
    AS keys (project_id, family, kind, version, fingerprint, place)
INNER JOIN signals ON signals.id = COALESCE(
    (
        SELECT own.id
        FROM signals AS own
        WHERE
            own.project_id = keys.project_id AND own.family = keys.family AND own.kind = keys.kind
            AND own.fingerprint_version = keys.version AND own.fingerprint = keys.fingerprint
    ),
    (
        SELECT alias.signal_id
        FROM signal_aliases AS alias
        WHERE
            alias.project_id = keys.project_id AND alias.family = keys.family AND alias.kind = keys.kind
            AND alias.fingerprint_version = keys.version AND alias.fingerprint = keys.fingerprint
    )
)
ORDER BY signals.id
FOR KEY SHARE OF signals
