INSERT INTO case_signals (signal_id, case_id, joined_at)
VALUES (?1, ?2, ?3)
ON CONFLICT (signal_id) DO UPDATE
SET case_id = excluded.case_id, joined_at = excluded.joined_at
