SELECT id, state
FROM changes
WHERE repository_id = $1 AND branch = $2
FOR UPDATE
