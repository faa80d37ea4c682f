SELECT
    id AS "id!: Uuid",
    by_name,
    mark,
    begun_at,
    ended_at,
    texts,
    samples,
    sessions,
    quarantined
FROM erasures
WHERE ?1 IS NULL OR id < ?1
ORDER BY id DESC
LIMIT ?2
