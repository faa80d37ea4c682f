-- By a person: whoever reads the partition finds another offset at the next commit, and goes on from there.
UPDATE stream_positions
SET next_offset = $4, changed_at = $5
WHERE source = $1 AND topic = $2 AND partition = $3
