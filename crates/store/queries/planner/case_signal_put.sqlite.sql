INSERT INTO case_signals (signal_id, case_id, joined_at, bond)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (signal_id) DO UPDATE
SET case_id = excluded.case_id, joined_at = excluded.joined_at, bond = excluded.bond
