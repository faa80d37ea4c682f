-- A suppressed case is what keeps its signals away: it stays while it has any. A merged one leads to the case that
-- it became part of, while that one is open.
DELETE FROM cases
WHERE id IN (
    SELECT c.id
    FROM cases AS c
    WHERE c.changed_at < $1
        AND (
            c.state IN ('fixed', 'quiet', 'dismissed')
            OR (c.state = 'suppressed' AND NOT EXISTS (SELECT 1 FROM case_signals AS j WHERE j.case_id = c.id))
            OR (
                c.state = 'merged'
                AND NOT EXISTS (
                    SELECT 1
                    FROM cases AS target
                    WHERE target.id = c.merged_into
                        AND target.state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
                )
            )
        )
        AND NOT EXISTS (
            SELECT 1
            FROM case_signals AS j
            INNER JOIN signal_counts AS n ON n.signal_id = j.signal_id
            WHERE j.case_id = c.id
                AND n.last_seen >= $1
        )
        AND NOT EXISTS (
            SELECT 1
            FROM tasks AS t
            WHERE t.case_id = c.id
                AND t.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
        )
    LIMIT $2
    FOR UPDATE OF c SKIP LOCKED
)
