INSERT INTO suppressions (id, project_id, owner, reason, rule, made_at, expires_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
