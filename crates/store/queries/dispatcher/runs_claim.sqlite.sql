-- Of tasks that still run: pending runs of the runner's modes, and stranded ones whose workspace lies on its computer.
-- The token grows with every claim, and the attempt counts here, so that a crash counts.
UPDATE runs
SET state = 'leased', token = token + 1, attempt = attempt + 1, runner_id = ?1, computer = ?2, lease_until = ?3,
    changed_at = ?4
WHERE id IN (
    SELECT id
    FROM runs
    WHERE mode IN (SELECT value FROM json_each(?5))
        AND EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.state = 'running')
        AND ((state = 'pending' AND (computer IS NULL OR computer = ?2 OR mode = 'cloud'))
            OR (state = 'stranded' AND computer = ?2))
    ORDER BY queued_at, id
    LIMIT ?6
)
RETURNING
    id AS "id!: Uuid",
    task_id AS "task_id!: Uuid",
    token,
    attempt
