DELETE FROM plans
WHERE id IN (
    SELECT id
    FROM (
        SELECT id, row_number() OVER (PARTITION BY project_id ORDER BY revision DESC) AS place
        FROM plans
    ) AS ranked
    WHERE place > ?1
    LIMIT ?2
)
