DELETE FROM decisions
WHERE id IN (
    SELECT d.id
    FROM decisions AS d
    WHERE d.is_current = 1
        AND d.last_at < ?1
        AND CASE d.subject
            WHEN 'signal' THEN NOT EXISTS (SELECT 1 FROM signals AS s WHERE s.id = d.subject_id)
            WHEN 'case' THEN NOT EXISTS (SELECT 1 FROM cases AS c WHERE c.id = d.subject_id)
            WHEN 'task' THEN NOT EXISTS (SELECT 1 FROM tasks AS t WHERE t.id = d.subject_id)
            WHEN 'run' THEN NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.id = d.subject_id)
            WHEN 'project' THEN NOT EXISTS (SELECT 1 FROM projects AS p WHERE p.id = d.subject_id)
            ELSE 0
        END
    LIMIT ?2
)
