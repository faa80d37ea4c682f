-- Whose key or alias it is.
SELECT id AS "id!: Uuid", hold
FROM signals
WHERE id = COALESCE(
    (
        SELECT id
        FROM signals
        WHERE project_id = ?1 AND family = ?2 AND kind = ?3 AND fingerprint_version = ?4 AND fingerprint = ?5
    ),
    (
        SELECT signal_id
        FROM signal_aliases
        WHERE project_id = ?1 AND family = ?2 AND kind = ?3 AND fingerprint_version = ?4 AND fingerprint = ?5
    )
)
