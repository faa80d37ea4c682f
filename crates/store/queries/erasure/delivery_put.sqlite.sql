UPDATE deliveries
SET document = ?3
WHERE id = ?1 AND document = ?2
