SELECT source, cluster, topic, topic_id, partition, next_offset
FROM stream_positions
WHERE source = $1
ORDER BY cluster, topic, topic_id, partition
