UPDATE suppressions
SET lifted_at = $2
WHERE id = $1 AND lifted_at IS NULL AND expires_at > $2
