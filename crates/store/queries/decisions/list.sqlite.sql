SELECT
    id AS "id!: uuid::Uuid",
    stage,
    subject,
    subject_id AS "subject_id!: uuid::Uuid",
    code,
    words,
    first_at,
    last_at,
    count
FROM decisions
WHERE subject_id = ?2 AND subject = ?1
ORDER BY last_at DESC, is_current DESC, id DESC
LIMIT ?3
