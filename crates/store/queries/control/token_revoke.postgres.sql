WITH RECURSIVE family (id) AS (
    SELECT id FROM tokens WHERE id = $1
    UNION
    SELECT tokens.id FROM tokens INNER JOIN family ON tokens.parent = family.id
)
UPDATE tokens
SET revoked_at = $2
WHERE revoked_at IS NULL AND id IN (SELECT family.id FROM family)
