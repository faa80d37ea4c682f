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
WHERE (?1 IS NULL OR task_id = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR id < ?3)
    AND (?5 IS NULL OR EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.project_id = ?5))
ORDER BY id DESC
LIMIT ?4
