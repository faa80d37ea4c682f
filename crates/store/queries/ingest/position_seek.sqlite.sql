-- By a person: whoever reads the partition finds another offset at the next commit, and goes on from there. What was read of
-- it by then says no more how far its records go.
UPDATE stream_positions
SET next_offset = ?4, changed_at = ?5, watermark = NULL
WHERE source = ?1 AND topic = ?2 AND partition = ?3
