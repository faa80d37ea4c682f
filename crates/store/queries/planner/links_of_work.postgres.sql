SELECT case_id, work, work_id, how, words, at
FROM case_links
WHERE work_id = $1
ORDER BY at DESC, work_id
LIMIT $2
