-- Whose keys or aliases they are.
WITH keys AS (
    SELECT
        key + 0 AS place,
        unhex(value ->> 0) AS project_id,
        value ->> 1 AS family,
        value ->> 2 AS kind,
        value ->> 3 AS version,
        value ->> 4 AS fingerprint
    FROM json_each(?1)
)
SELECT keys.place AS "place!: i64", signals.id AS "id!: Uuid", signals.hold
FROM keys
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
