-- What hung on something that has changed is looked at again.
UPDATE signal_counts SET planned_revision = -1 WHERE project_id = ?1
