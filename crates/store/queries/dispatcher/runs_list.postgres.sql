SELECT id, task_id, state, mode, agent, attempt, token, runner_id, computer, lease_until, queued_at, changed_at
FROM runs
WHERE ($1::uuid IS NULL OR task_id = $1) AND ($2::text IS NULL OR state = $2) AND ($3::uuid IS NULL OR id < $3)
    AND ($5::uuid IS NULL OR EXISTS (SELECT 1 FROM tasks WHERE tasks.id = runs.task_id AND tasks.project_id = $5))
ORDER BY id DESC
LIMIT $4
