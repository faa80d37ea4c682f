SELECT id, name, document
FROM automations
ORDER BY name
LIMIT $1
