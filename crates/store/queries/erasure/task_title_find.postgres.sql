SELECT id AS id, 0::bigint AS "seq!", title AS text
FROM tasks
WHERE ($1::uuid IS NULL OR id > $1)
    AND (position(lower($2) IN lower(title)) > 0 OR position(lower($3) IN lower(title)) > 0)
ORDER BY id
LIMIT $4
