INSERT INTO signal_counts (signal_id, project_id, count, first_seen, last_seen, revision, planned_revision)
SELECT signal_id, project_id, count, first_seen, last_seen, 1, 0
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[])
    AS folded (signal_id, project_id, count, first_seen, last_seen)
ON CONFLICT (signal_id) DO UPDATE
SET count = signal_counts.count + excluded.count,
    first_seen = least(signal_counts.first_seen, excluded.first_seen),
    last_seen = greatest(signal_counts.last_seen, excluded.last_seen),
    revision = signal_counts.revision + 1
