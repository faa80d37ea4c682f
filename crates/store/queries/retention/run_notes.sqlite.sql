DELETE FROM run_notes
WHERE (run_id, seq) IN (
    SELECT n.run_id, n.seq
    FROM runs AS r
    INNER JOIN run_notes AS n ON n.run_id = r.id
    WHERE r.state IN ('succeeded', 'failed', 'cancelled')
        AND r.changed_at < ?1
    LIMIT ?2
)
