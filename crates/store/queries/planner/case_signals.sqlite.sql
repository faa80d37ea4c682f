SELECT signal_id AS "signal_id!: Uuid"
FROM case_signals
WHERE case_id = ?1
ORDER BY signal_id
