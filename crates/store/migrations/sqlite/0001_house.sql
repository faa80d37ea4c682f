-- The house as it was first built. Times are microseconds since 1970, ids are UUIDv7 (16 bytes), documents are kept forms.

-- control: who and where
CREATE TABLE projects (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE repositories (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    location TEXT NOT NULL,
    default_branch TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    UNIQUE (project_id, name)
) STRICT;
-- Public: each only writes, to one project.
CREATE TABLE project_keys (
    key TEXT PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX project_keys_project ON project_keys (project_id);
CREATE TABLE people (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE tokens (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scope TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    made_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    used_at INTEGER,
    parent BLOB
) STRICT;
CREATE INDEX tokens_parent ON tokens (parent) WHERE parent IS NOT NULL;
CREATE TABLE secrets (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
-- one row: the key that seals here, so that a lost or another key is missed before anything is sealed by it
CREATE TABLE sealing_key (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    id TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT;

-- ingest: positions move in the transaction that folds
CREATE TABLE stream_positions (
    source TEXT NOT NULL,
    cluster TEXT NOT NULL,
    topic TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    -- When the newest record of it was written, of those that were read.
    watermark INTEGER,
    PRIMARY KEY (source, cluster, topic, topic_id, partition)
) STRICT;
CREATE TABLE signals (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    family TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint_version INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    title TEXT NOT NULL,
    title_from TEXT NOT NULL,
    severity TEXT NOT NULL,
    hold TEXT,
    repository TEXT,
    repository_from TEXT,
    made_at INTEGER NOT NULL,
    UNIQUE (project_id, family, kind, fingerprint_version, fingerprint)
) STRICT;
-- Narrow, because every fold rewrites it.
CREATE TABLE signal_counts (
    signal_id BLOB PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    project_id BLOB NOT NULL,
    count INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    planned_revision INTEGER NOT NULL
) STRICT;
CREATE INDEX signal_counts_unplanned ON signal_counts (project_id, signal_id) WHERE revision <> planned_revision;
CREATE INDEX signal_counts_last_seen ON signal_counts (last_seen);
CREATE TABLE signal_hours (
    signal_id BLOB NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    hour INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (signal_id, hour)
) STRICT;
CREATE INDEX signal_hours_hour ON signal_hours (hour);
CREATE TABLE signal_samples (
    signal_id BLOB PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    samples TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
-- Distinct users as a sketch; written only when one is new.
CREATE TABLE signal_users (
    signal_id BLOB PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    sketch BLOB NOT NULL,
    users INTEGER NOT NULL
) STRICT;
-- Further keys of a signal, by newer or older versions of how keys are made.
CREATE TABLE signal_aliases (
    project_id BLOB NOT NULL,
    family TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint_version INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    signal_id BLOB NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, family, kind, fingerprint_version, fingerprint)
) STRICT;
CREATE INDEX signal_aliases_signal ON signal_aliases (signal_id);
CREATE TABLE record_marks (
    project_id BLOB NOT NULL,
    mark BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, mark)
) STRICT;
CREATE INDEX record_marks_seen_at ON record_marks (seen_at);
-- Sessions of people that are not over yet. What says whose they are is a hash.
CREATE TABLE replay_sessions (
    project_id BLOB NOT NULL REFERENCES projects (id),
    session BLOB NOT NULL,
    name TEXT NOT NULL,
    -- Whose rows it is made of; none while there are clicks of it alone.
    source TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    exit_at INTEGER,
    route TEXT,
    errors INTEGER NOT NULL,
    clicks INTEGER NOT NULL,
    unanswered_at INTEGER,
    person INTEGER,
    revision INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, session)
) STRICT;
CREATE INDEX replay_sessions_ended ON replay_sessions (ended_at);
CREATE INDEX replay_sessions_person ON replay_sessions (person) WHERE person IS NOT NULL;
-- Configured events and steps of funnels, counted a window; `span` is its length.
CREATE TABLE metric_points (
    project_id BLOB NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    span INTEGER NOT NULL,
    step INTEGER NOT NULL,
    at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    users INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (project_id, name, span, step, at)
) STRICT;
CREATE INDEX metric_points_at ON metric_points (at);
-- Up to where windows were compared with those before them.
CREATE TABLE metric_series (
    project_id BLOB NOT NULL REFERENCES projects (id),
    name TEXT NOT NULL,
    span INTEGER NOT NULL,
    judged_to INTEGER NOT NULL,
    PRIMARY KEY (project_id, name, span)
) STRICT;
-- How much a release was used, an hour.
CREATE TABLE release_exposures (
    project_id BLOB NOT NULL REFERENCES projects (id),
    release TEXT NOT NULL,
    environment TEXT NOT NULL,
    hour INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    errored INTEGER NOT NULL,
    crashed INTEGER NOT NULL,
    abnormal INTEGER NOT NULL,
    users INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (project_id, hour, release, environment)
) STRICT;
CREATE INDEX release_exposures_hour ON release_exposures (hour);
-- Verified webhooks; each reader has a mark of its own.
CREATE TABLE deliveries (
    id BLOB PRIMARY KEY,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    document TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    ingest_read_at INTEGER,
    UNIQUE (source, external_id)
) STRICT;
CREATE INDEX deliveries_ingest_unread ON deliveries (id) WHERE ingest_read_at IS NULL;
CREATE INDEX deliveries_received_at ON deliveries (received_at);
CREATE TABLE quarantine (
    id BLOB PRIMARY KEY,
    source TEXT NOT NULL,
    origin TEXT NOT NULL,
    code TEXT NOT NULL,
    words TEXT NOT NULL,
    sealed BLOB NOT NULL,
    size INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- Still to be written to the source's topic for such records; none where there is no such topic, or it was.
    letter_due INTEGER
) STRICT;
CREATE INDEX quarantine_letters ON quarantine (id) WHERE letter_due IS NOT NULL;
CREATE INDEX quarantine_at ON quarantine (at);

-- planner
CREATE TABLE plan_heads (
    project_id BLOB PRIMARY KEY REFERENCES projects (id),
    revision INTEGER NOT NULL
) STRICT;
CREATE TABLE plans (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (project_id, revision)
) STRICT;
CREATE TABLE cases (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    title TEXT NOT NULL,
    title_from TEXT NOT NULL,
    state TEXT NOT NULL,
    generation INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    score TEXT NOT NULL,
    merged_into BLOB,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    due_at INTEGER,
    -- What a person decided last, and how often people decided about it.
    ruling TEXT,
    version INTEGER NOT NULL DEFAULT 0,
    -- Where a person said that the cause is.
    repository_id BLOB
) STRICT;
-- Choices that later cases learn from.
CREATE INDEX cases_choices ON cases (project_id, id) WHERE repository_id IS NOT NULL;
CREATE INDEX cases_project ON cases (project_id, state, priority);
CREATE INDEX cases_changed_at ON cases (changed_at);
CREATE INDEX cases_due ON cases (project_id, due_at) WHERE due_at IS NOT NULL;
-- What grouping reads from one end to the other.
CREATE INDEX cases_open ON cases (project_id, id)
    WHERE state IN ('watching', 'ready', 'tasked', 'verifying', 'snoozed');
-- What grouping compares with; written only when it changes.
CREATE TABLE case_exemplars (
    case_id BLOB PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    exemplars TEXT NOT NULL
) STRICT;
CREATE TABLE case_signals (
    signal_id BLOB PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    case_id BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    joined_at INTEGER NOT NULL,
    -- How it came there: likeness, or a person.
    bond TEXT NOT NULL
) STRICT;
CREATE INDEX case_signals_case ON case_signals (case_id);

-- Signals that people moved between cases, kept so that it can be undone.
CREATE TABLE case_moves (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL,
    from_case BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    to_case BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    undone_at INTEGER,
    document TEXT NOT NULL
) STRICT;
CREATE INDEX case_moves_from ON case_moves (from_case);
CREATE INDEX case_moves_to ON case_moves (to_case);

-- Work that touches what a case is about, or names it.
CREATE TABLE case_links (
    case_id BLOB NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    work TEXT NOT NULL,
    work_id BLOB NOT NULL,
    how TEXT NOT NULL,
    words TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (case_id, work_id)
) STRICT;
CREATE INDEX case_links_work ON case_links (work_id);

-- People's rules that keep signals away from work.
CREATE TABLE suppressions (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    owner TEXT NOT NULL,
    reason TEXT NOT NULL,
    rule TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    lifted_at INTEGER
) STRICT;
CREATE INDEX suppressions_project ON suppressions (project_id, expires_at);

-- tasks: made by task_open only
CREATE TABLE tasks (
    id BLOB PRIMARY KEY,
    project_id BLOB NOT NULL REFERENCES projects (id),
    repository_id BLOB REFERENCES repositories (id),
    case_id BLOB,
    case_generation INTEGER,
    title TEXT NOT NULL,
    title_from TEXT NOT NULL,
    brief TEXT NOT NULL,
    brief_from TEXT NOT NULL,
    intent TEXT NOT NULL,
    mode TEXT NOT NULL,
    priority INTEGER NOT NULL,
    origin TEXT NOT NULL,
    root_id BLOB NOT NULL,
    depth INTEGER NOT NULL,
    state TEXT NOT NULL,
    starter TEXT NOT NULL,
    provenance TEXT NOT NULL,
    assignee BLOB,
    once_key TEXT UNIQUE,
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
-- Invariant 5: a case generation has at most one live task, whoever opens it.
CREATE UNIQUE INDEX tasks_one_live ON tasks (case_id, case_generation)
    WHERE case_id IS NOT NULL AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review');
CREATE INDEX tasks_queue ON tasks (priority, opened_at) WHERE state = 'queued';
CREATE INDEX tasks_case ON tasks (case_id);
CREATE INDEX tasks_changed ON tasks (changed_at);
-- What a plan compares the places of a case with.
CREATE INDEX tasks_of_cases ON tasks (project_id, state, changed_at) WHERE case_id IS NOT NULL;
CREATE INDEX tasks_of_others ON tasks (project_id)
    WHERE case_id IS NULL AND state IN ('proposed', 'queued', 'waiting', 'running', 'in_hand', 'review');
-- What is known of what a task is about, beside its brief; written once.
CREATE TABLE task_contexts (
    task_id BLOB PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    places TEXT NOT NULL,
    context TEXT NOT NULL
) STRICT;
-- Who said of which file that it is not theirs.
CREATE TABLE not_owners (
    repository_id BLOB NOT NULL REFERENCES repositories (id),
    path TEXT NOT NULL,
    person_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (repository_id, path, person_id)
) STRICT;

-- dispatcher
CREATE TABLE runners (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    computer TEXT NOT NULL,
    modes TEXT NOT NULL,
    slots INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE TABLE runs (
    id BLOB PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    mode TEXT NOT NULL,
    agent TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    token INTEGER NOT NULL,
    runner_id BLOB,
    computer TEXT,
    lease_until INTEGER,
    queued_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX runs_one_live ON runs (task_id)
    WHERE state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking', 'stranded');
CREATE INDEX runs_pending ON runs (queued_at, id) WHERE state = 'pending';
CREATE INDEX runs_stranded ON runs (computer, queued_at, id) WHERE state = 'stranded';
CREATE INDEX runs_held ON runs (lease_until) WHERE state IN ('leased', 'preparing', 'working', 'asking', 'checking');
CREATE INDEX runs_task ON runs (task_id);
CREATE TABLE run_notes (
    run_id BLOB NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT;
CREATE TABLE outcomes (
    id BLOB PRIMARY KEY,
    task_id BLOB NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    run_id BLOB UNIQUE,
    verdict TEXT NOT NULL,
    document TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX outcomes_task ON outcomes (task_id);
CREATE TABLE changes (
    id BLOB PRIMARY KEY,
    repository_id BLOB NOT NULL,
    task_id BLOB,
    case_id BLOB,
    state TEXT NOT NULL,
    branch TEXT NOT NULL,
    document TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (repository_id, branch)
) STRICT;
CREATE INDEX changes_task ON changes (task_id);
CREATE INDEX changes_lately ON changes (repository_id, changed_at);

-- automations
CREATE TABLE automations (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE firings (
    id BLOB PRIMARY KEY,
    automation_id BLOB NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    trigger_index INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    delivery_id BLOB,
    task_id BLOB,
    reason TEXT,
    changed_at INTEGER NOT NULL,
    UNIQUE (automation_id, trigger_index, due_at)
) STRICT;
CREATE INDEX firings_open ON firings (due_at) WHERE state IN ('due', 'started');

-- every stage
CREATE TABLE decisions (
    id BLOB PRIMARY KEY,
    stage TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    code TEXT NOT NULL,
    words TEXT NOT NULL,
    is_current INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX decisions_current ON decisions (stage, subject, subject_id) WHERE is_current = 1;
-- Neither holds last_at or count: a reason that stands grows without touching an index.
CREATE INDEX decisions_subject ON decisions (subject_id);
CREATE INDEX decisions_past ON decisions (first_at) WHERE is_current = 0;
CREATE TABLE quota_windows (
    name TEXT NOT NULL,
    window_start INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (name, window_start)
) STRICT;
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    token INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;

-- erasure: that somebody was taken out of what is kept, by whom and when; `mark` is a hash of who it was
CREATE TABLE erasures (
    id BLOB PRIMARY KEY,
    by_name TEXT NOT NULL,
    mark BLOB NOT NULL,
    begun_at INTEGER NOT NULL,
    ended_at INTEGER,
    texts INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    quarantined INTEGER NOT NULL
) STRICT;
