SELECT signal_id AS "signal_id!: Uuid", samples
FROM signal_samples
WHERE signal_id IN (SELECT unhex(value) FROM json_each(?1))
