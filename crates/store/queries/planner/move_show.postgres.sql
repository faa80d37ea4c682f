SELECT id, at, undone_at, document
FROM case_moves
WHERE id = $1
