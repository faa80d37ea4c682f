INSERT INTO deliveries (id, source, external_id, document, received_at)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (source, external_id) DO NOTHING
