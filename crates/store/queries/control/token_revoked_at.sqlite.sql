SELECT revoked_at
FROM tokens
WHERE id = ?1
