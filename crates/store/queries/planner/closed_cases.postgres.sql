-- Cases that are over, the newest first.
SELECT id, title, title_from, state, ruling
FROM cases
WHERE project_id = $1 AND state IN ('fixed', 'quiet', 'dismissed')
ORDER BY changed_at DESC, id
LIMIT $2
