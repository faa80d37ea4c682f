SELECT id
FROM sealing_key
WHERE sealing_key.only_row = 1
