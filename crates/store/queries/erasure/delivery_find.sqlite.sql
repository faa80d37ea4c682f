SELECT id AS "id!: Uuid", 0 AS "seq!: i64", document AS text
FROM deliveries
WHERE (?1 IS NULL OR id > ?1)
    AND (instr(lower(document), lower(?2)) > 0 OR instr(lower(document), lower(?3)) > 0)
ORDER BY id
LIMIT ?4
