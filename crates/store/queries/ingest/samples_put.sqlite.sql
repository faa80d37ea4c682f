INSERT INTO signal_samples (signal_id, samples, changed_at)
SELECT unhex(value ->> 0), value ->> 1, ?2
FROM json_each(?1)
WHERE true
ON CONFLICT (signal_id) DO UPDATE
SET samples = excluded.samples, changed_at = excluded.changed_at
