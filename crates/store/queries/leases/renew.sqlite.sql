-- What was released (0) stays released.
UPDATE leases
SET until = ?3
WHERE name = ?1 AND token = ?2 AND until > 0
