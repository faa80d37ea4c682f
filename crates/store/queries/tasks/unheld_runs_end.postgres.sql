-- Runs that no runner holds end with the task's turn; a held one learns of it at its next report.
UPDATE runs
SET state = 'cancelled', lease_until = NULL, changed_at = $2
WHERE task_id = $1 AND state IN ('pending', 'stranded')
