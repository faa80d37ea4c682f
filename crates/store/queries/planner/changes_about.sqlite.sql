-- Changes that are under way, or came in lately.
SELECT c.document, c.state, t.state AS "task_state?", t.changed_at AS "task_changed_at?"
FROM changes AS c
JOIN repositories AS r ON r.id = c.repository_id
LEFT JOIN tasks AS t ON t.id = c.task_id
WHERE r.project_id = ?1
    AND (
        c.state IN ('open', 'approved')
        OR (c.state IN ('committed', 'pushed') AND (t.id IS NULL OR t.state NOT IN ('failed', 'cancelled')))
        OR (c.state IN ('merged', 'released') AND c.changed_at > ?2)
    )
ORDER BY c.changed_at DESC, c.id
LIMIT ?3
