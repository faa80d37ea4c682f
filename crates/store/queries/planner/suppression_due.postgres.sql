UPDATE cases
SET due_at = $5
WHERE project_id = $1
    AND state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
    AND id IN (
        SELECT case_id
        FROM case_signals
        JOIN signals ON signals.id = case_signals.signal_id
        WHERE signals.project_id = $1 AND ($2::text IS NULL OR family = $2) AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR strpos(title, $4) > 0)
    )
