-- The live task of the case generation of a task that is not live itself.
SELECT other.id
FROM tasks AS mine
JOIN tasks AS other ON other.case_id = mine.case_id AND other.case_generation = mine.case_generation
WHERE mine.id = $1 AND other.id <> mine.id AND other.state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review')
LIMIT 1
