SELECT sketch
FROM signal_users
WHERE signal_id = $1
FOR UPDATE
