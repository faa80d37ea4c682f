-- A task has at most one live run.
SELECT
    id AS "id!: Uuid",
    task_id AS "task_id!: Uuid",
    state,
    mode,
    agent,
    attempt,
    token,
    runner_id AS "runner_id: Uuid",
    computer,
    lease_until,
    queued_at,
    changed_at
FROM runs
WHERE task_id = ?1 AND state NOT IN ('succeeded', 'failed', 'cancelled')
