-- Projects with signals that changed since their plan, with a case whose task ended, or with one whose time has come.
SELECT id AS "id!: Uuid"
FROM projects
WHERE EXISTS (
        SELECT 1 FROM signal_counts WHERE signal_counts.project_id = projects.id AND revision <> planned_revision
    )
    OR EXISTS (
        SELECT 1
        FROM cases
        WHERE cases.project_id = projects.id
            AND cases.state = 'tasked'
            AND NOT EXISTS (
                SELECT 1
                FROM tasks
                WHERE tasks.case_id = cases.id
                    AND tasks.case_generation = cases.generation
                    AND tasks.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
            )
    )
    OR EXISTS (SELECT 1 FROM cases WHERE cases.project_id = projects.id AND due_at <= ?1)
ORDER BY id
