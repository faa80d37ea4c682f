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
WHERE id = ?1
