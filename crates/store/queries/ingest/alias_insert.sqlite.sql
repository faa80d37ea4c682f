-- A signal's own key is nobody's alias, and no signal has more than so many.
INSERT INTO signal_aliases (project_id, family, kind, fingerprint_version, fingerprint, signal_id, made_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
WHERE NOT EXISTS (
    SELECT 1
    FROM signals
    WHERE project_id = ?1 AND family = ?2 AND kind = ?3 AND fingerprint_version = ?4 AND fingerprint = ?5
)
AND (SELECT count(*) FROM signal_aliases WHERE signal_id = ?6) < ?8
ON CONFLICT DO NOTHING
