INSERT INTO task_contexts (task_id, places, context)
VALUES ($1, $2, $3)
ON CONFLICT (task_id) DO UPDATE SET places = excluded.places, context = excluded.context
