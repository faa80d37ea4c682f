-- Compare and set: a zombie after a rebalance finds another offset and writes nothing.
UPDATE stream_positions
SET next_offset = $6, changed_at = $7, watermark = greatest(watermark, $8)
WHERE source = $1 AND cluster = $2 AND topic = $3 AND topic_id = $4 AND partition = $5 AND next_offset = $9
