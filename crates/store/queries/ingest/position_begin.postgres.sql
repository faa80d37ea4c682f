-- The first position of a stream; no row where another consumer was first.
INSERT INTO stream_positions (source, cluster, topic, topic_id, partition, next_offset, changed_at, watermark)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
