INSERT INTO signal_counts (signal_id, project_id, count, first_seen, last_seen, revision, planned_revision)
SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2, value ->> 3, value ->> 4, 1, 0
FROM json_each(?1)
WHERE true
ON CONFLICT (signal_id) DO UPDATE
SET count = signal_counts.count + excluded.count,
    first_seen = min(signal_counts.first_seen, excluded.first_seen),
    last_seen = max(signal_counts.last_seen, excluded.last_seen),
    revision = signal_counts.revision + 1
