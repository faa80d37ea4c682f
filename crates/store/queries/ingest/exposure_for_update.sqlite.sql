SELECT sketch
FROM release_exposures
WHERE project_id = ?1 AND release = ?2 AND environment = ?3 AND hour = ?4
