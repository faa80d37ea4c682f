SELECT signal_id AS id, 0::bigint AS "seq!", samples AS text
FROM signal_samples
WHERE ($1::uuid IS NULL OR signal_id > $1)
    AND (position(lower($2) IN lower(samples)) > 0 OR position(lower($3) IN lower(samples)) > 0)
ORDER BY signal_id
LIMIT $4
