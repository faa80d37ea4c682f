DELETE FROM tokens
WHERE id IN (
    SELECT id
    FROM tokens
    WHERE revoked_at < $1
        OR expires_at < $1
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
