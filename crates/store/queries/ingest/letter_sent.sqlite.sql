UPDATE quarantine
SET letter_due = NULL
WHERE id = ?1 AND letter_due IS NOT NULL
