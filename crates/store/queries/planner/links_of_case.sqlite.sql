SELECT case_id AS "case_id!: Uuid", work, work_id AS "work_id!: Uuid", how, words, at
FROM case_links
WHERE case_id = ?1
ORDER BY at DESC, work_id
LIMIT ?2
