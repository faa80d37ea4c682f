-- Only as it was read: what came since is judged with the rest.
DELETE FROM replay_sessions
WHERE project_id = ?1 AND session = ?2 AND revision = ?3
