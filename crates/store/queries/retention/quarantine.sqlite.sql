DELETE FROM quarantine
WHERE id IN (
    SELECT id
    FROM quarantine
    WHERE at < ?1
        OR id IN (
            SELECT id
            FROM quarantine
            ORDER BY at DESC, id DESC
            LIMIT -1 OFFSET ?2
        )
    ORDER BY at
    LIMIT ?3
)
