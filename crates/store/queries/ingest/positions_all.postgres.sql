SELECT
    source,
    cluster,
    topic,
    topic_id,
    partition,
    next_offset,
    changed_at
FROM stream_positions
ORDER BY source, cluster, topic, topic_id, partition
LIMIT $1
