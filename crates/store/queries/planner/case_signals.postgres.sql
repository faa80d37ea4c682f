SELECT signal_id
FROM case_signals
WHERE case_id = $1
ORDER BY signal_id
