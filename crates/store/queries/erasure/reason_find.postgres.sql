SELECT id AS id, 0::bigint AS "seq!", words AS text
FROM decisions
WHERE ($1::uuid IS NULL OR id > $1)
    AND (position(lower($2) IN lower(words)) > 0 OR position(lower($3) IN lower(words)) > 0)
ORDER BY id
LIMIT $4
