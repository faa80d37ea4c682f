-- How each of the first of them came there.
SELECT signal_id AS "signal_id!: Uuid", bond
FROM case_signals
WHERE case_id = ?1
ORDER BY joined_at, signal_id
LIMIT ?2
