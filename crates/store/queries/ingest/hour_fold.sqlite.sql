INSERT INTO signal_hours (signal_id, hour, count)
VALUES (?1, ?2, ?3)
ON CONFLICT (signal_id, hour) DO UPDATE
SET count = signal_hours.count + excluded.count
