SELECT id AS "id!: Uuid", at, undone_at, document
FROM case_moves
WHERE from_case = ?1 OR to_case = ?1
ORDER BY id DESC
LIMIT ?2
