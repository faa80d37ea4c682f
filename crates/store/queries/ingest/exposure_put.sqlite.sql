UPDATE release_exposures
SET sessions = sessions + ?5,
    errored = errored + ?6,
    crashed = crashed + ?7,
    abnormal = abnormal + ?8,
    users = ?9,
    sketch = ?10
WHERE project_id = ?1 AND release = ?2 AND environment = ?3 AND hour = ?4
