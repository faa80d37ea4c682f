INSERT INTO changes (id, repository_id, task_id, case_id, state, branch, document, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (repository_id, branch) DO UPDATE
SET task_id = excluded.task_id, case_id = excluded.case_id, state = excluded.state, document = excluded.document, changed_at = excluded.changed_at
