SELECT signal_id AS "id!: Uuid", 0 AS "seq!: i64", samples AS text
FROM signal_samples
WHERE (?1 IS NULL OR signal_id > ?1)
    AND (instr(lower(samples), lower(?2)) > 0 OR instr(lower(samples), lower(?3)) > 0)
ORDER BY signal_id
LIMIT ?4
