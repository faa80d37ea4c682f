-- The oldest first: ids grow with time.
SELECT document
FROM deliveries
WHERE ingest_read_at IS NULL
ORDER BY id
LIMIT $1
