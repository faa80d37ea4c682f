SELECT signal_id AS "signal_id!: Uuid", sketch
FROM signal_users
WHERE signal_id IN (SELECT unhex(value) FROM json_each(?1))
