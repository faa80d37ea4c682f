-- A key that is another signal's alias makes no signal.
INSERT INTO signals (
    id, project_id, family, kind, fingerprint_version, fingerprint, title, title_from, severity, hold, repository,
    repository_from, made_at
)
SELECT
    unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
    value ->> 8, value ->> 9, value ->> 10, value ->> 11, ?2
FROM json_each(?1)
WHERE NOT EXISTS (
    SELECT 1
    FROM signal_aliases
    WHERE
        project_id = unhex(value ->> 1) AND family = value ->> 2 AND kind = value ->> 3
        AND fingerprint_version = value ->> 4 AND fingerprint = value ->> 5
)
ON CONFLICT DO NOTHING
RETURNING id AS "id!: Uuid"
