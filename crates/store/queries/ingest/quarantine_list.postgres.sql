SELECT id, source, origin, code, words, sealed, size, at
FROM quarantine
WHERE $1::uuid IS NULL OR id < $1
ORDER BY id DESC
LIMIT $2
