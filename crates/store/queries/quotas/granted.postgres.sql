-- A look that holds nobody up.
SELECT used
FROM quota_windows
WHERE name = $1 AND window_start = $2
