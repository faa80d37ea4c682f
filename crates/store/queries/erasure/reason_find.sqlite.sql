SELECT id AS "id!: Uuid", 0 AS "seq!: i64", words AS text
FROM decisions
WHERE (?1 IS NULL OR id > ?1)
    AND (instr(lower(words), lower(?2)) > 0 OR instr(lower(words), lower(?3)) > 0)
ORDER BY id
LIMIT ?4
