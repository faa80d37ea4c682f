SELECT state, version, generation
FROM cases
WHERE id = ?1
