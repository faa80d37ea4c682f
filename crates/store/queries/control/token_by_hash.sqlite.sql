SELECT
    tokens.id AS "id!: uuid::Uuid", tokens.name, tokens.role, tokens.scope, tokens.made_at, tokens.expires_at,
    coalesce(tokens.revoked_at, maker.revoked_at) AS "revoked_at?: i64",
    tokens.used_at, tokens.parent AS "parent?: uuid::Uuid"
FROM tokens
LEFT JOIN tokens AS maker ON maker.id = tokens.parent
WHERE tokens.hash = ?1
