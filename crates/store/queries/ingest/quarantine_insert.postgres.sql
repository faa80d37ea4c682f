INSERT INTO quarantine (id, source, origin, code, words, sealed, size, at, letter_due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
