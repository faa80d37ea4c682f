-- The slowest of the partitions that are read at the moment.
SELECT min(watermark) AS "mark: i64"
FROM stream_positions
WHERE source = ?1 AND watermark IS NOT NULL AND changed_at >= ?2
