DELETE FROM quota_windows
WHERE (name, window_start) IN (
    SELECT name, window_start
    FROM quota_windows
    WHERE ends_at < $1
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
