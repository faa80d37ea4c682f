DELETE FROM quarantine
WHERE id IN (
    SELECT id
    FROM quarantine
    WHERE at < $1
        OR id IN (
            SELECT id
            FROM quarantine
            ORDER BY at DESC, id DESC
            OFFSET $2
        )
    ORDER BY at
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
