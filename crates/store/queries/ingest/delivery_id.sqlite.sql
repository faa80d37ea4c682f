SELECT id AS "id!: Uuid"
FROM deliveries
WHERE source = ?1 AND external_id = ?2
