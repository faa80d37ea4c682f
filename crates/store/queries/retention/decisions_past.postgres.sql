-- Found by their first time, which never changes; the last one is not before it.
DELETE FROM decisions
WHERE id IN (
    SELECT id
    FROM decisions
    WHERE is_current = 0
        AND first_at < $1
        AND last_at < $1
    ORDER BY first_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
