-- Runs that need a slot: waiting for one or in one. A stranded run waits for its computer and needs none.
SELECT mode, count(*) AS "count!"
FROM runs
WHERE state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking')
GROUP BY mode
