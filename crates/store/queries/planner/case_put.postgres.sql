INSERT INTO cases (
    id, project_id, title, title_from, state, generation, priority, score, merged_into, opened_at, changed_at,
    due_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, title_from = excluded.title_from, state = excluded.state,
    generation = excluded.generation, priority = excluded.priority, score = excluded.score,
    merged_into = excluded.merged_into, changed_at = excluded.changed_at,
    due_at = excluded.due_at
