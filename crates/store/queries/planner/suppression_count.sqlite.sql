SELECT
    COUNT(*) AS "all!: i64",
    COALESCE(SUM(CASE WHEN (?2 IS NULL OR family = ?2) AND (?3 IS NULL OR kind = ?3) AND (?4 IS NULL OR instr(title, ?4) > 0) THEN 1 ELSE 0 END), 0) AS "taken!: i64"
FROM signals
WHERE project_id = ?1
