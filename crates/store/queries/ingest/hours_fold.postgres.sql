INSERT INTO signal_hours (signal_id, hour, count)
SELECT signal_id, hour, count
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS folded (signal_id, hour, count)
ON CONFLICT (signal_id, hour) DO UPDATE
SET count = signal_hours.count + excluded.count
