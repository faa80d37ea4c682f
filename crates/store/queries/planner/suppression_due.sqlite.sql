UPDATE cases
SET due_at = ?5
WHERE project_id = ?1
    AND state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
    AND id IN (
        SELECT case_id
        FROM case_signals
        JOIN signals ON signals.id = case_signals.signal_id
        WHERE signals.project_id = ?1 AND (?2 IS NULL OR family = ?2) AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR instr(title, ?4) > 0)
    )
