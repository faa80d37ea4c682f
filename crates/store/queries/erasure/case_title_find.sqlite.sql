SELECT id AS "id!: Uuid", 0 AS "seq!: i64", title AS text
FROM cases
WHERE (?1 IS NULL OR id > ?1)
    AND (instr(lower(title), lower(?2)) > 0 OR instr(lower(title), lower(?3)) > 0)
ORDER BY id
LIMIT ?4
