INSERT INTO signal_hours (signal_id, hour, count)
SELECT unhex(value ->> 0), value ->> 1, value ->> 2
FROM json_each(?1)
WHERE true
ON CONFLICT (signal_id, hour) DO UPDATE
SET count = signal_hours.count + excluded.count
