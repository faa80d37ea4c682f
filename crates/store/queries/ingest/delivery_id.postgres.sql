SELECT id
FROM deliveries
WHERE source = $1 AND external_id = $2
