SELECT signal_id, samples
FROM signal_samples
WHERE signal_id = ANY($1::uuid[])
