SELECT run_id AS "id!: Uuid", seq AS "seq!: i64", note AS text
FROM run_notes
WHERE (?1 IS NULL OR (run_id, seq) > (?1, ?5))
    AND (instr(lower(note), lower(?2)) > 0 OR instr(lower(note), lower(?3)) > 0)
ORDER BY run_id, seq
LIMIT ?4
