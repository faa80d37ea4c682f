-- A case that nobody has told grouping of has none.
SELECT cases.id, exemplars AS "exemplars?"
FROM cases
LEFT JOIN case_exemplars ON case_exemplars.case_id = cases.id
WHERE project_id = $1
    AND state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed')
    AND ($2::uuid IS NULL OR cases.id > $2)
ORDER BY cases.id
LIMIT $3
