-- No row is changed where a reason of another code became current meanwhile; it is locked then.
INSERT INTO decisions (id, stage, subject, subject_id, code, words, is_current, first_at, last_at, count)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9)
ON CONFLICT (stage, subject, subject_id) WHERE is_current = 1 DO UPDATE
SET count = decisions.count + excluded.count,
    last_at = max(decisions.last_at, excluded.last_at),
    words = excluded.words
WHERE decisions.code = excluded.code
