SELECT count(*) AS "count!: i64"
FROM replay_sessions
