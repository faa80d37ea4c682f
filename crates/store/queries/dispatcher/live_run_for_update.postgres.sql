-- A task has at most one live run.
SELECT id, task_id, state, mode, agent, attempt, token, runner_id, computer, lease_until, queued_at, changed_at
FROM runs
WHERE task_id = $1 AND state NOT IN ('succeeded', 'failed', 'cancelled')
FOR UPDATE
