SELECT id AS "id!: Uuid"
FROM signals
WHERE project_id = ?1 AND family = ?2 AND kind = ?3 AND fingerprint_version = ?4 AND fingerprint = ?5
