UPDATE case_signals
SET bond = 'person'
WHERE case_id = $1
