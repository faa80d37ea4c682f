INSERT INTO case_moves (id, project_id, from_case, to_case, at, document)
VALUES ($1, $2, $3, $4, $5, $6)
