INSERT INTO case_exemplars (case_id, exemplars)
VALUES (?1, ?2)
ON CONFLICT (case_id) DO UPDATE
SET exemplars = excluded.exemplars
