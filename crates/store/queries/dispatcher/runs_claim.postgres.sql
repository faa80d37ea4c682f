-- Of tasks that still run: pending runs of the runner's modes, and stranded ones whose workspace lies on its computer. Each
-- kind is picked by its own index, so that the length of the queue costs nothing.
-- The token grows with every claim, and the attempt counts here, so that a crash counts.
UPDATE runs
SET state = 'leased', token = token + 1, attempt = attempt + 1, runner_id = $1, computer = $2, lease_until = $3,
    changed_at = $4
-- An array, so that the rows are picked once and locked as they are picked.
WHERE id = ANY (ARRAY(
    SELECT id
    FROM (
        SELECT * FROM (
            SELECT id, queued_at
            FROM runs
            WHERE state = 'pending'
                AND mode IN (SELECT jsonb_array_elements_text($5::text::jsonb))
                AND (computer IS NULL OR computer = $2 OR mode = 'cloud')
                AND EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.state = 'running')
            ORDER BY queued_at, id
            LIMIT $6
            FOR UPDATE SKIP LOCKED
        ) AS pending
        UNION ALL
        SELECT * FROM (
            SELECT id, queued_at
            FROM runs
            WHERE state = 'stranded' AND computer = $2
                AND mode IN (SELECT jsonb_array_elements_text($5::text::jsonb))
                AND EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.state = 'running')
            ORDER BY queued_at, id
            LIMIT $6
            FOR UPDATE SKIP LOCKED
        ) AS stranded
    ) AS picked
    ORDER BY queued_at, id
    LIMIT $6
))
RETURNING id, task_id, token, attempt
