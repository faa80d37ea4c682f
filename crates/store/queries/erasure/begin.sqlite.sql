INSERT INTO erasures (id, by_name, mark, begun_at, texts, samples, sessions, quarantined)
VALUES (?1, ?2, ?3, ?4, 0, 0, 0, 0)
