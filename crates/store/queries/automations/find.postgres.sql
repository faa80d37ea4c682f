SELECT id, name, document
FROM automations
WHERE name = $1
