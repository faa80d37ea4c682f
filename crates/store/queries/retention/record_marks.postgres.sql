DELETE FROM record_marks
WHERE (project_id, mark) IN (
    SELECT project_id, mark
    FROM record_marks
    WHERE seen_at < $1
    ORDER BY seen_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED
)
