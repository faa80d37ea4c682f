SELECT release, environment, hour, sessions, errored, crashed, abnormal, users
FROM release_exposures
WHERE project_id = $1 AND hour >= $2
ORDER BY hour, release, environment
LIMIT $3
