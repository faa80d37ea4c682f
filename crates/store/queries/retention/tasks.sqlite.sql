DELETE FROM tasks
WHERE id IN (
    SELECT t.id
    FROM tasks AS t
    WHERE t.state IN ('done', 'failed', 'cancelled')
        AND t.changed_at < ?1
        AND NOT EXISTS (
            SELECT 1
            FROM cases AS c
            WHERE c.id = t.case_id
                AND c.state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
        )
        AND NOT EXISTS (
            SELECT 1
            FROM runs AS r
            WHERE r.task_id = t.id
                AND r.state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking', 'stranded')
        )
    ORDER BY t.changed_at
    LIMIT ?2
)
