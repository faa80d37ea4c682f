-- They are told anew from the signals that there are.
DELETE FROM case_exemplars
WHERE case_id IN ($1, $2)
