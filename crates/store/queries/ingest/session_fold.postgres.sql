-- In any order the same: of two exits at one moment the one whose route comes last counts.
INSERT INTO replay_sessions (
    project_id, session, name, source, started_at, ended_at, exit_at, route, errors, clicks, unanswered_at, person,
    revision, changed_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13)
ON CONFLICT (project_id, session) DO UPDATE
SET source = coalesce(replay_sessions.source, excluded.source),
    started_at = least(replay_sessions.started_at, excluded.started_at),
    ended_at = greatest(replay_sessions.ended_at, excluded.ended_at),
    route = CASE
        WHEN excluded.exit_at IS NULL THEN replay_sessions.route
        WHEN replay_sessions.exit_at IS NULL THEN excluded.route
        WHEN (excluded.exit_at, excluded.route) > (replay_sessions.exit_at, replay_sessions.route) THEN excluded.route
        ELSE replay_sessions.route
    END,
    exit_at = greatest(replay_sessions.exit_at, excluded.exit_at),
    errors = replay_sessions.errors + excluded.errors,
    clicks = replay_sessions.clicks + excluded.clicks,
    unanswered_at = greatest(replay_sessions.unanswered_at, excluded.unanswered_at),
    person = coalesce(least(replay_sessions.person, excluded.person), replay_sessions.person, excluded.person),
    revision = replay_sessions.revision + 1,
    changed_at = greatest(replay_sessions.changed_at, excluded.changed_at)
