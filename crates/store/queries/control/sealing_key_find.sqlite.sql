SELECT id
FROM sealing_key
WHERE only_row = 1
