INSERT INTO case_links (case_id, work, work_id, how, words, at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (case_id, work_id) DO UPDATE SET how = excluded.how, words = excluded.words
