INSERT INTO plans (id, project_id, revision, at, document)
VALUES ($1, $2, $3, $4, $5)
