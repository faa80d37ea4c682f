WITH picked AS (
    SELECT id FROM bare_task
    WHERE state = 0
    ORDER BY priority DESC, id
    LIMIT :batch
    FOR UPDATE SKIP LOCKED
)
UPDATE bare_task AS task
SET state = 1,
    lease_token = task.lease_token + 1,
    leased_until = now() + interval '30 seconds',
    attempts = task.attempts + 1
FROM picked
WHERE task.id = picked.id
RETURNING task.id, task.lease_token;
