INSERT INTO signal_users (signal_id, sketch, users)
SELECT signal_id, sketch, users
FROM unnest($1::uuid[], $2::bytea[], $3::bigint[]) AS merged (signal_id, sketch, users)
ON CONFLICT (signal_id) DO UPDATE
SET sketch = excluded.sketch, users = excluded.users
