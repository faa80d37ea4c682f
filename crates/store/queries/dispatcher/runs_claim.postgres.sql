-- Of tasks that still run: pending runs of the runner's modes, and stranded ones whose workspace lies on its computer.
-- The token grows with every claim, and the attempt counts here, so that a crash counts.
UPDATE runs
SET state = 'leased', token = token + 1, attempt = attempt + 1, runner_id = $1, computer = $2, lease_until = $3,
    changed_at = $4
-- An array, so that the rows are picked once and locked as they are picked.
WHERE id = ANY (ARRAY(
    SELECT id
    FROM runs
    WHERE mode IN (SELECT jsonb_array_elements_text($5::text::jsonb))
        AND EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.state = 'running')
        AND ((state = 'pending' AND (computer IS NULL OR computer = $2 OR mode = 'cloud'))
            OR (state = 'stranded' AND computer = $2))
    ORDER BY queued_at, id
    LIMIT $6
    FOR UPDATE SKIP LOCKED
))
RETURNING id, task_id, token, attempt
