-- The counts are locked too: where a fold is under way, the signal was seen just now.
DELETE FROM signals
WHERE id IN (
    SELECT s.id
    FROM signal_counts AS c
    INNER JOIN signals AS s ON s.id = c.signal_id
    WHERE c.last_seen < $1
        AND c.revision = c.planned_revision
        AND NOT EXISTS (
            SELECT 1
            FROM case_signals AS j
            INNER JOIN cases AS k ON k.id = j.case_id
            WHERE j.signal_id = c.signal_id
                AND (
                    k.state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
                    OR EXISTS (
                        SELECT 1
                        FROM tasks AS t
                        WHERE t.case_id = k.id
                            AND t.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
                    )
                )
        )
    ORDER BY c.last_seen
    LIMIT $2
    FOR UPDATE OF c, s SKIP LOCKED
)
