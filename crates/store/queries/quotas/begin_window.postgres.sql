INSERT INTO quota_windows (name, window_start, ends_at, used)
VALUES ($1, $2, $3, 0)
ON CONFLICT (name, window_start) DO NOTHING
