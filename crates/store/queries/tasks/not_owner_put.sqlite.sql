INSERT INTO not_owners (repository_id, path, person_id, at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
