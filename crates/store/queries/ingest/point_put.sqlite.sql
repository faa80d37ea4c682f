UPDATE metric_points
SET count = count + ?6, users = ?7, sketch = ?8
WHERE project_id = ?1 AND name = ?2 AND span = ?3 AND step = ?4 AND at = ?5
