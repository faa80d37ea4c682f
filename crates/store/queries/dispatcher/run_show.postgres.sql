SELECT id, task_id, state, mode, agent, attempt, token, runner_id, computer, lease_until, queued_at, changed_at
FROM runs
WHERE id = $1
