INSERT INTO signal_users (signal_id, sketch, users)
SELECT unhex(value ->> 0), unhex(value ->> 1), value ->> 2
FROM json_each(?1)
WHERE true
ON CONFLICT (signal_id) DO UPDATE
SET sketch = excluded.sketch, users = excluded.users
