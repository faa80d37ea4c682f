INSERT INTO signal_samples (signal_id, samples, changed_at)
SELECT signal_id, samples, $3
FROM unnest($1::uuid[], $2::text[]) AS kept (signal_id, samples)
ON CONFLICT (signal_id) DO UPDATE
SET samples = excluded.samples, changed_at = excluded.changed_at
