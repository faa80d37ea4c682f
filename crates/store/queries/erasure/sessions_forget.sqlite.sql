DELETE FROM replay_sessions
WHERE person = ?1
