UPDATE erasures
SET texts = texts + ?2,
    samples = samples + ?3,
    sessions = sessions + ?4,
    quarantined = quarantined + ?5,
    ended_at = coalesce(ended_at, ?6)
WHERE id = ?1
