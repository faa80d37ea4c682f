TRUNCATE projects CASCADE;
INSERT INTO projects (id, name, made_at) VALUES ('00000000-0000-0000-0000-000000000001', 'bench', 0);
INSERT INTO tasks (
    id, project_id, title, title_from, brief, brief_from, intent, mode, priority, origin, root_id, depth, state, starter,
    provenance, opened_at, changed_at
)
SELECT
    lpad(to_hex(n), 32, '0')::uuid, '00000000-0000-0000-0000-000000000001', 'a task', 'person', 'to be done', 'person',
    '{"want":"change"}', 'cloud', n % 5, '{"by":"person","person":null}', lpad(to_hex(n), 32, '0')::uuid, 0, 'running',
    'itself', 'person', n, n
FROM generate_series(1, {rows}) AS n;
INSERT INTO runs (id, task_id, state, mode, agent, attempt, token, queued_at, changed_at)
SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, 'pending', 'cloud', 'noop', 0, 0, n, n
FROM generate_series(1, {rows}) AS n
