SELECT revoked_at
FROM tokens
WHERE id = $1
FOR UPDATE
