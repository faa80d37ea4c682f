UPDATE deliveries
SET ingest_read_at = $2
WHERE id = $1 AND ingest_read_at IS NULL
