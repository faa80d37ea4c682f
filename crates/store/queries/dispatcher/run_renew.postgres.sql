UPDATE runs
SET lease_until = $3
WHERE id = $1 AND token = $2 AND state IN ('leased', 'preparing', 'working', 'asking', 'checking')
