-- The house as it was first built. Times are microseconds since 1970, ids are UUIDv7, documents are kept forms.

-- control: who and where
CREATE TABLE projects (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    made_at bigint NOT NULL
);
CREATE TABLE repositories (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    name text NOT NULL,
    location text NOT NULL,
    default_branch text NOT NULL,
    made_at bigint NOT NULL,
    UNIQUE (project_id, name)
);
-- Public: each only writes, to one project.
CREATE TABLE project_keys (
    key text PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    made_at bigint NOT NULL
);
CREATE INDEX project_keys_project ON project_keys (project_id);
CREATE TABLE people (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    document text NOT NULL,
    made_at bigint NOT NULL
);
CREATE TABLE tokens (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL,
    scope text NOT NULL,
    hash bytea NOT NULL UNIQUE,
    made_at bigint NOT NULL,
    expires_at bigint,
    revoked_at bigint,
    used_at bigint,
    parent uuid
);
CREATE INDEX tokens_parent ON tokens (parent) WHERE parent IS NOT NULL;
CREATE TABLE secrets (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    sealed bytea NOT NULL,
    made_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
-- one row: the key that seals here, so that a lost or another key is missed before anything is sealed by it
CREATE TABLE sealing_key (
    only_row smallint PRIMARY KEY CHECK (only_row = 1),
    id text NOT NULL,
    since bigint NOT NULL
);

-- ingest: positions move in the transaction that folds
CREATE TABLE stream_positions (
    source text NOT NULL,
    cluster text NOT NULL,
    topic text NOT NULL,
    topic_id text NOT NULL,
    partition bigint NOT NULL,
    next_offset bigint NOT NULL,
    changed_at bigint NOT NULL,
    -- When the newest record of it was written, of those that were read.
    watermark bigint,
    PRIMARY KEY (source, cluster, topic, topic_id, partition)
);
CREATE TABLE signals (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    family text NOT NULL,
    kind text NOT NULL,
    fingerprint_version bigint NOT NULL,
    fingerprint text NOT NULL,
    title text NOT NULL,
    title_from text NOT NULL,
    severity text NOT NULL,
    hold text,
    repository text,
    repository_from text,
    made_at bigint NOT NULL,
    UNIQUE (project_id, family, kind, fingerprint_version, fingerprint)
);
-- Narrow, because every fold rewrites it.
CREATE TABLE signal_counts (
    signal_id uuid PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    project_id uuid NOT NULL,
    count bigint NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    revision bigint NOT NULL,
    planned_revision bigint NOT NULL
);
CREATE INDEX signal_counts_unplanned ON signal_counts (project_id, signal_id) WHERE revision <> planned_revision;
CREATE INDEX signal_counts_last_seen ON signal_counts (last_seen);
CREATE TABLE signal_hours (
    signal_id uuid NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    hour bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (signal_id, hour)
);
CREATE INDEX signal_hours_hour ON signal_hours (hour);
CREATE TABLE signal_samples (
    signal_id uuid PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    samples text NOT NULL,
    changed_at bigint NOT NULL
);
-- Distinct users as a sketch; written only when one is new.
CREATE TABLE signal_users (
    signal_id uuid PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    sketch bytea NOT NULL,
    users bigint NOT NULL
);
-- Further keys of a signal, by newer or older versions of how keys are made.
CREATE TABLE signal_aliases (
    project_id uuid NOT NULL,
    family text NOT NULL,
    kind text NOT NULL,
    fingerprint_version bigint NOT NULL,
    fingerprint text NOT NULL,
    signal_id uuid NOT NULL REFERENCES signals (id) ON DELETE CASCADE,
    made_at bigint NOT NULL,
    PRIMARY KEY (project_id, family, kind, fingerprint_version, fingerprint)
);
CREATE INDEX signal_aliases_signal ON signal_aliases (signal_id);
CREATE TABLE record_marks (
    project_id uuid NOT NULL,
    mark bytea NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (project_id, mark)
);
CREATE INDEX record_marks_seen_at ON record_marks (seen_at);
-- Sessions of people that are not over yet. What says whose they are is a hash.
CREATE TABLE replay_sessions (
    project_id uuid NOT NULL REFERENCES projects (id),
    session bytea NOT NULL,
    name text NOT NULL,
    -- Whose rows it is made of; none while there are clicks of it alone.
    source text,
    started_at bigint NOT NULL,
    ended_at bigint NOT NULL,
    exit_at bigint,
    route text,
    errors bigint NOT NULL,
    clicks bigint NOT NULL,
    unanswered_at bigint,
    person bigint,
    revision bigint NOT NULL,
    changed_at bigint NOT NULL,
    PRIMARY KEY (project_id, session)
);
CREATE INDEX replay_sessions_ended ON replay_sessions (ended_at);
CREATE INDEX replay_sessions_person ON replay_sessions (person) WHERE person IS NOT NULL;
-- Configured events and steps of funnels, counted a window; `span` is its length.
CREATE TABLE metric_points (
    project_id uuid NOT NULL REFERENCES projects (id),
    name text NOT NULL,
    span bigint NOT NULL,
    step bigint NOT NULL,
    at bigint NOT NULL,
    count bigint NOT NULL,
    users bigint NOT NULL,
    sketch bytea NOT NULL,
    PRIMARY KEY (project_id, name, span, step, at)
);
CREATE INDEX metric_points_at ON metric_points (at);
-- Up to where windows were compared with those before them.
CREATE TABLE metric_series (
    project_id uuid NOT NULL REFERENCES projects (id),
    name text NOT NULL,
    span bigint NOT NULL,
    judged_to bigint NOT NULL,
    PRIMARY KEY (project_id, name, span)
);
-- How much a release was used, an hour.
CREATE TABLE release_exposures (
    project_id uuid NOT NULL REFERENCES projects (id),
    release text NOT NULL,
    environment text NOT NULL,
    hour bigint NOT NULL,
    sessions bigint NOT NULL,
    errored bigint NOT NULL,
    crashed bigint NOT NULL,
    abnormal bigint NOT NULL,
    users bigint NOT NULL,
    sketch bytea NOT NULL,
    PRIMARY KEY (project_id, hour, release, environment)
);
CREATE INDEX release_exposures_hour ON release_exposures (hour);
-- Verified webhooks; each reader has a mark of its own.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    external_id text NOT NULL,
    document text NOT NULL,
    received_at bigint NOT NULL,
    ingest_read_at bigint,
    UNIQUE (source, external_id)
);
CREATE INDEX deliveries_ingest_unread ON deliveries (id) WHERE ingest_read_at IS NULL;
CREATE INDEX deliveries_received_at ON deliveries (received_at);
CREATE TABLE quarantine (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    origin text NOT NULL,
    code text NOT NULL,
    words text NOT NULL,
    sealed bytea NOT NULL,
    size bigint NOT NULL,
    at bigint NOT NULL,
    -- Still to be written to the source's topic for such records; none where there is no such topic, or it was.
    letter_due bigint
);
CREATE INDEX quarantine_letters ON quarantine (id) WHERE letter_due IS NOT NULL;
CREATE INDEX quarantine_at ON quarantine (at);

-- planner
CREATE TABLE plan_heads (
    project_id uuid PRIMARY KEY REFERENCES projects (id),
    revision bigint NOT NULL
);
CREATE TABLE plans (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL,
    revision bigint NOT NULL,
    at bigint NOT NULL,
    document text NOT NULL,
    UNIQUE (project_id, revision)
);
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    title text NOT NULL,
    title_from text NOT NULL,
    state text NOT NULL,
    generation bigint NOT NULL,
    priority bigint NOT NULL,
    score text NOT NULL,
    merged_into uuid,
    opened_at bigint NOT NULL,
    changed_at bigint NOT NULL,
    due_at bigint,
    -- What a person decided last, and how often people decided about it.
    ruling text,
    version bigint NOT NULL DEFAULT 0,
    -- Where a person said that the cause is.
    repository_id uuid
);
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
    case_id uuid PRIMARY KEY REFERENCES cases (id) ON DELETE CASCADE,
    exemplars text NOT NULL
);
CREATE TABLE case_signals (
    signal_id uuid PRIMARY KEY REFERENCES signals (id) ON DELETE CASCADE,
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    joined_at bigint NOT NULL,
    -- How it came there: likeness, or a person.
    bond text NOT NULL
);
CREATE INDEX case_signals_case ON case_signals (case_id);

-- Signals that people moved between cases, kept so that it can be undone.
CREATE TABLE case_moves (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL,
    from_case uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    to_case uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    at bigint NOT NULL,
    undone_at bigint,
    document text NOT NULL
);
CREATE INDEX case_moves_from ON case_moves (from_case);
CREATE INDEX case_moves_to ON case_moves (to_case);

-- Work that touches what a case is about, or names it.
CREATE TABLE case_links (
    case_id uuid NOT NULL REFERENCES cases (id) ON DELETE CASCADE,
    work text NOT NULL,
    work_id uuid NOT NULL,
    how text NOT NULL,
    words text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (case_id, work_id)
);
CREATE INDEX case_links_work ON case_links (work_id);

-- People's rules that keep signals away from work.
CREATE TABLE suppressions (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    owner text NOT NULL,
    reason text NOT NULL,
    rule text NOT NULL,
    made_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    lifted_at bigint
);
CREATE INDEX suppressions_project ON suppressions (project_id, expires_at);

-- tasks: made by task_open only
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES projects (id),
    repository_id uuid REFERENCES repositories (id),
    case_id uuid,
    case_generation bigint,
    title text NOT NULL,
    title_from text NOT NULL,
    brief text NOT NULL,
    brief_from text NOT NULL,
    intent text NOT NULL,
    mode text NOT NULL,
    priority bigint NOT NULL,
    origin text NOT NULL,
    root_id uuid NOT NULL,
    depth bigint NOT NULL,
    state text NOT NULL,
    starter text NOT NULL,
    provenance text NOT NULL,
    assignee uuid,
    once_key text UNIQUE,
    opened_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
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
    task_id uuid PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,
    places text NOT NULL,
    context text NOT NULL
);
-- Who said of which file that it is not theirs.
CREATE TABLE not_owners (
    repository_id uuid NOT NULL REFERENCES repositories (id),
    path text NOT NULL,
    person_id uuid NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (repository_id, path, person_id)
);

-- dispatcher
CREATE TABLE runners (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    computer text NOT NULL,
    modes text NOT NULL,
    slots bigint NOT NULL,
    seen_at bigint NOT NULL
);
CREATE TABLE runs (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    state text NOT NULL,
    mode text NOT NULL,
    agent text NOT NULL,
    attempt bigint NOT NULL,
    token bigint NOT NULL,
    runner_id uuid,
    computer text,
    lease_until bigint,
    queued_at bigint NOT NULL,
    changed_at bigint NOT NULL
);
CREATE UNIQUE INDEX runs_one_live ON runs (task_id)
    WHERE state IN ('pending', 'leased', 'preparing', 'working', 'asking', 'checking', 'stranded');
CREATE INDEX runs_pending ON runs (queued_at, id) WHERE state = 'pending';
CREATE INDEX runs_stranded ON runs (computer, queued_at, id) WHERE state = 'stranded';
CREATE INDEX runs_held ON runs (lease_until) WHERE state IN ('leased', 'preparing', 'working', 'asking', 'checking');
CREATE INDEX runs_task ON runs (task_id);
CREATE TABLE run_notes (
    run_id uuid NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    note text NOT NULL,
    PRIMARY KEY (run_id, seq)
);
CREATE TABLE outcomes (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
    run_id uuid UNIQUE,
    verdict text NOT NULL,
    document text NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX outcomes_task ON outcomes (task_id);
CREATE TABLE changes (
    id uuid PRIMARY KEY,
    repository_id uuid NOT NULL,
    task_id uuid,
    case_id uuid,
    state text NOT NULL,
    branch text NOT NULL,
    document text NOT NULL,
    changed_at bigint NOT NULL,
    UNIQUE (repository_id, branch)
);
CREATE INDEX changes_task ON changes (task_id);
CREATE INDEX changes_lately ON changes (repository_id, changed_at);

-- automations
CREATE TABLE automations (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    document text NOT NULL,
    changed_at bigint NOT NULL
);
CREATE TABLE firings (
    id uuid PRIMARY KEY,
    automation_id uuid NOT NULL REFERENCES automations (id) ON DELETE CASCADE,
    trigger_index bigint NOT NULL,
    due_at bigint NOT NULL,
    state text NOT NULL,
    delivery_id uuid,
    task_id uuid,
    reason text,
    changed_at bigint NOT NULL,
    UNIQUE (automation_id, trigger_index, due_at)
);
CREATE INDEX firings_open ON firings (due_at) WHERE state IN ('due', 'started');

-- every stage
CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    stage text NOT NULL,
    subject text NOT NULL,
    subject_id uuid NOT NULL,
    code text NOT NULL,
    words text NOT NULL,
    is_current bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    count bigint NOT NULL
);
CREATE UNIQUE INDEX decisions_current ON decisions (stage, subject, subject_id) WHERE is_current = 1;
-- Neither holds last_at or count: a reason that stands grows without touching an index.
CREATE INDEX decisions_subject ON decisions (subject_id);
CREATE INDEX decisions_past ON decisions (first_at) WHERE is_current = 0;
CREATE TABLE quota_windows (
    name text NOT NULL,
    window_start bigint NOT NULL,
    ends_at bigint NOT NULL,
    used bigint NOT NULL,
    PRIMARY KEY (name, window_start)
);
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    token bigint NOT NULL,
    until bigint NOT NULL
);

-- erasure: that somebody was taken out of what is kept, by whom and when; `mark` is a hash of who it was
CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    by_name text NOT NULL,
    mark bytea NOT NULL,
    begun_at bigint NOT NULL,
    ended_at bigint,
    texts bigint NOT NULL,
    samples bigint NOT NULL,
    sessions bigint NOT NULL,
    quarantined bigint NOT NULL
);
