SELECT id AS "id!: Uuid", 0 AS "seq!: i64", brief AS text
FROM tasks
WHERE (?1 IS NULL OR id > ?1)
    AND (instr(lower(brief), lower(?2)) > 0 OR instr(lower(brief), lower(?3)) > 0)
ORDER BY id
LIMIT ?4
