UPDATE quota_windows
SET used = used + $3
WHERE name = $1 AND window_start = $2
