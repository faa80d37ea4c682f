-- Those that were silent for longest.
SELECT
    replay_sessions.project_id,
    replay_sessions.session,
    replay_sessions.name,
    replay_sessions.source,
    replay_sessions.started_at,
    replay_sessions.ended_at,
    replay_sessions.exit_at,
    replay_sessions.route,
    replay_sessions.errors,
    replay_sessions.clicks,
    replay_sessions.unanswered_at,
    replay_sessions.person,
    replay_sessions.revision
FROM replay_sessions
ORDER BY replay_sessions.ended_at, replay_sessions.project_id, replay_sessions.session
LIMIT $1
