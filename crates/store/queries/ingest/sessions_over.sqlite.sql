-- Over is what was silent for so long before the newest record of its source, by the slowest of its partitions that are
-- read at the moment; where none is, what nothing came of for so long.
SELECT
    replay_sessions.project_id AS "project_id!: Uuid",
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
LEFT JOIN (
    SELECT source, min(watermark) AS mark
    FROM stream_positions
    WHERE watermark IS NOT NULL AND changed_at >= ?1
    GROUP BY source
) AS flow ON flow.source = replay_sessions.source
WHERE (flow.mark IS NOT NULL AND replay_sessions.ended_at < flow.mark - ?2)
    OR (flow.mark IS NULL AND replay_sessions.changed_at < ?3)
ORDER BY replay_sessions.ended_at, replay_sessions.project_id, replay_sessions.session
LIMIT ?4
