DELETE FROM signal_hours
WHERE (signal_id, hour) IN (
    SELECT signal_id, hour
    FROM signal_hours
    WHERE hour < ?1
    LIMIT ?2
)
