SELECT run_id AS id, seq AS "seq!", note AS text
FROM run_notes
WHERE ($1::uuid IS NULL OR (run_id, seq) > ($1, $5))
    AND (position(lower($2) IN lower(note)) > 0 OR position(lower($3) IN lower(note)) > 0)
ORDER BY run_id, seq
LIMIT $4
