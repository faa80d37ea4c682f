SELECT count(*) AS "count!"
FROM replay_sessions
