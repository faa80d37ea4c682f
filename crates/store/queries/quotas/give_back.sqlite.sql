UPDATE quota_windows
SET used = max(used - ?3, 0)
WHERE name = ?1 AND window_start = ?2
