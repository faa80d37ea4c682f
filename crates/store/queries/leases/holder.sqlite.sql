SELECT holder, until
FROM leases
WHERE name = ?1
