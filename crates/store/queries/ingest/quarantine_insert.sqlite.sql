INSERT INTO quarantine (id, source, origin, code, words, sealed, size, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
