SELECT id AS "id!: Uuid", at, undone_at, document
FROM case_moves
WHERE id = ?1
