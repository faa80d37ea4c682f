SELECT places, context
FROM task_contexts
WHERE task_id = $1
