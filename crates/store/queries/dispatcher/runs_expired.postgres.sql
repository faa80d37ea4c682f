SELECT id, task_id, state, mode, agent, attempt, token, runner_id, computer, lease_until, queued_at, changed_at
FROM runs
WHERE state IN ('leased', 'preparing', 'working', 'asking', 'checking') AND lease_until < $1
ORDER BY lease_until
LIMIT $2
