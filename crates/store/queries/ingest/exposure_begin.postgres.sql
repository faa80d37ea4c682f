-- So that there is a row to lock; no row where the hour has as many releases as are told apart.
INSERT INTO release_exposures (project_id, release, environment, hour, sessions, errored, crashed, abnormal, users, sketch)
SELECT $1::uuid, $2::text, $3::text, $4::bigint, 0, 0, 0, 0, 0, $5::bytea
WHERE (
    SELECT count(*)
    FROM release_exposures
    WHERE project_id = $1 AND hour = $4
) < $6
ON CONFLICT DO NOTHING
