DELETE FROM runners
WHERE id IN (
    SELECT w.id
    FROM runners AS w
    WHERE w.seen_at < ?1
        AND NOT EXISTS (
            SELECT 1
            FROM runs AS r
            WHERE r.runner_id = w.id
                AND r.state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking', 'stranded')
        )
    LIMIT ?2
)
