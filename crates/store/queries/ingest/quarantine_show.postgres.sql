SELECT id, source, origin, code, words, sealed, size, at
FROM quarantine
WHERE id = $1
