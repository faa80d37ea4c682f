INSERT INTO signal_users (signal_id, sketch, users)
VALUES ($1, $2, $3)
ON CONFLICT (signal_id) DO UPDATE
SET sketch = excluded.sketch, users = excluded.users
