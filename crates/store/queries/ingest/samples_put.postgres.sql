INSERT INTO signal_samples (signal_id, samples, changed_at)
VALUES ($1, $2, $3)
ON CONFLICT (signal_id) DO UPDATE
SET samples = excluded.samples, changed_at = excluded.changed_at
