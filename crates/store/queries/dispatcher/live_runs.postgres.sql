SELECT mode, count(*) AS "count!"
FROM runs
WHERE state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking', 'stranded')
GROUP BY mode
