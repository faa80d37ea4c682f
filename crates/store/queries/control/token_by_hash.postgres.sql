SELECT
    tokens.id, tokens.name, tokens.role, tokens.scope, tokens.made_at, tokens.expires_at,
    coalesce(tokens.revoked_at, maker.revoked_at) AS "revoked_at?",
    tokens.used_at, tokens.parent
FROM tokens
LEFT JOIN tokens AS maker ON maker.id = tokens.parent
WHERE tokens.hash = $1
