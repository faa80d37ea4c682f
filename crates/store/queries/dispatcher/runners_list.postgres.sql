SELECT id, name, computer, modes, slots, seen_at
FROM runners
WHERE seen_at >= $1
ORDER BY name
