SELECT id AS "id!: Uuid", state
FROM changes
WHERE repository_id = ?1 AND branch = ?2
