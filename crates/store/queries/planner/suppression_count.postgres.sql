SELECT
    COUNT(*) AS "all!",
    COALESCE(SUM(CASE WHEN ($2::text IS NULL OR family = $2) AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR strpos(title, $4) > 0) THEN 1 ELSE 0 END), 0)::bigint AS "taken!"
FROM signals
WHERE project_id = $1
