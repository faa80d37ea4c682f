DELETE FROM release_exposures
WHERE (project_id, hour, release, environment) IN (
    SELECT project_id, hour, release, environment
    FROM release_exposures
    WHERE hour < ?1
    ORDER BY hour
    LIMIT ?2
)
