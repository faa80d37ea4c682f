-- The row stays, so that the next token is greater than this one.
UPDATE leases
SET until = 0
WHERE name = $1 AND token = $2 AND until > 0
