SELECT signal_id, sketch
FROM signal_users
WHERE signal_id = ANY($1::uuid[])
