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
WHERE state IN ('leased', 'preparing', 'working', 'asking', 'checking') AND lease_until < ?1
ORDER BY lease_until
LIMIT ?2
