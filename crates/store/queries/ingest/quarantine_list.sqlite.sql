SELECT
    id AS "id!: Uuid",
    source,
    origin,
    code,
    words,
    sealed,
    size,
    at
FROM quarantine
WHERE ?1 IS NULL OR id < ?1
ORDER BY id DESC
LIMIT ?2
