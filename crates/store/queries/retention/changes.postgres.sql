DELETE FROM changes
WHERE id IN (
    SELECT g.id
    FROM changes AS g
    WHERE g.changed_at < $1
        AND NOT EXISTS (SELECT 1 FROM tasks AS t WHERE t.id = g.task_id)
        AND NOT EXISTS (SELECT 1 FROM cases AS c WHERE c.id = g.case_id)
    LIMIT $2
    FOR UPDATE OF g SKIP LOCKED
)
