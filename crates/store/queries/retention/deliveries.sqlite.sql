-- One that was not read waits for its reader.
DELETE FROM deliveries
WHERE id IN (
    SELECT id
    FROM deliveries
    WHERE received_at < ?1 AND ingest_read_at IS NOT NULL
    ORDER BY received_at
    LIMIT ?2
)
