INSERT INTO signal_counts (signal_id, project_id, count, first_seen, last_seen, revision, planned_revision)
VALUES ($1, $2, $3, $4, $5, 1, 0)
ON CONFLICT (signal_id) DO UPDATE
SET count = signal_counts.count + excluded.count,
    first_seen = least(signal_counts.first_seen, excluded.first_seen),
    last_seen = greatest(signal_counts.last_seen, excluded.last_seen),
    revision = signal_counts.revision + 1
