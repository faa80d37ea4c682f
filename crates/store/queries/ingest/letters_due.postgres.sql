SELECT id, source, origin, code, words, sealed, size, at
FROM quarantine
WHERE source = $1 AND letter_due IS NOT NULL
ORDER BY id
LIMIT $2
