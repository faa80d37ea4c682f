-- The newest firing of each trigger stays: by it an automation knows that it fired.
DELETE FROM firings
WHERE id IN (
    SELECT f.id
    FROM firings AS f
    WHERE f.state IN ('succeeded', 'failed', 'skipped')
        AND f.changed_at < $1
        AND EXISTS (
            SELECT 1
            FROM firings AS later
            WHERE later.automation_id = f.automation_id
                AND later.trigger_index = f.trigger_index
                AND later.due_at > f.due_at
        )
    LIMIT $2
    FOR UPDATE OF f SKIP LOCKED
)
