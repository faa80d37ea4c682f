//! Every table of the store: whose it is, what it grows with, and what keeps it small. ARCHITECTURE.md shows this
//! list; a test compares it with that page and with both databases, so a table without a rule does not get in.

use std::fmt::Write as _;

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableRule {
    pub table: &'static str,
    /// The only module of the store that writes it, but for `OTHER_WRITERS`; retention removes rows of most, and erasure
    /// changes texts that name somebody.
    pub owner: &'static str,
    pub grows_with: &'static str,
    pub kept: &'static str,
}

/// A write to another owner's table that has to be part of the writer's own transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherWriter {
    /// The statement, by its folder and name in `queries`; the folder is the module that writes.
    pub statement: &'static str,
    pub table: &'static str,
    pub why: &'static str,
}

/// Every one there is; a test reads all statements.
pub const OTHER_WRITERS: &[OtherWriter] = &[
    OtherWriter {
        statement: "control/project_replan",
        table: "signal_counts",
        why: "what waited for a repository is planned again once it is there",
    },
    OtherWriter {
        statement: "planner/signal_planned",
        table: "signal_counts",
        why: "what a pass has planned is marked as planned together with its plan",
    },
    OtherWriter {
        statement: "planner/task_back",
        table: "tasks",
        why: "a task that came along with a merged case goes back with it",
    },
    OtherWriter {
        statement: "planner/task_rehome",
        table: "tasks",
        why: "the live task of a case that a person merges works on the other case from then on",
    },
    OtherWriter {
        statement: "tasks/unheld_runs_end",
        table: "runs",
        why: "runs that nobody holds end together with their task",
    },
];

const fn rule(
    table: &'static str,
    owner: &'static str,
    grows_with: &'static str,
    kept: &'static str,
) -> TableRule {
    TableRule { table, owner, grows_with, kept }
}

/// In the order of the migrations. Spans are the defaults of `RetentionConfig`.
pub const TABLES: &[TableRule] = &[
    rule("projects", "control", "projects", "for good"),
    rule("repositories", "control", "repositories", "for good"),
    rule("project_keys", "control", "public keys given to SDKs", "until removed"),
    rule("people", "control", "people", "for good"),
    rule("tokens", "control", "tokens given out, sessions among them", "90 days after revocation or expiry"),
    rule("secrets", "control", "secrets", "until removed"),
    rule("sealing_key", "control", "nothing: one row", "for good"),
    rule("stream_positions", "ingest", "partitions of topics", "for good"),
    rule(
        "signals",
        "ingest",
        "distinct signals",
        "90 days after the last record; longer while unplanned, in an open case or in one with a live task",
    ),
    rule("signal_counts", "ingest", "signals, one row each", "with the signal"),
    rule("signal_hours", "ingest", "signals and the hours in which they were seen", "35 days"),
    rule("signal_samples", "ingest", "signals, one row each", "with the signal"),
    rule("signal_users", "ingest", "signals, one row each", "with the signal"),
    rule(
        "signal_aliases",
        "ingest",
        "signals, and versions of how keys are made; at most 64 a signal",
        "with the signal",
    ),
    rule("record_marks", "ingest", "records", "1 hour, the dedupe window"),
    rule(
        "replay_sessions",
        "ingest",
        "sessions that are under way",
        "until it is over; at most 50,000, of more the oldest are over",
    ),
    rule("metric_points", "ingest", "configured events and steps of funnels, and windows", "35 days"),
    rule(
        "metric_series",
        "ingest",
        "configured metrics and funnels, one row each a project and length of window",
        "for good",
    ),
    rule(
        "release_exposures",
        "ingest",
        "releases that are in use, and hours; at most 200 a project and hour are told apart",
        "90 days",
    ),
    rule("deliveries", "ingest", "webhooks that came", "30 days, and until it was read"),
    rule("quarantine", "ingest", "records that could not be read", "30 days, and at most 10,000 rows"),
    rule("plan_heads", "planner", "projects, one row each", "for good"),
    rule("plans", "planner", "passes of the planner", "the newest 50 a project"),
    rule(
        "cases",
        "planner",
        "distinct causes",
        "400 days after closing; longer while a signal of it was seen since, a task of it is live, or an open case \
         has taken it in; a suppressed one while it has signals",
    ),
    rule("case_exemplars", "planner", "cases, one row each", "with the case"),
    rule("case_signals", "planner", "signals, at most one row each", "with the signal and the case"),
    rule(
        "case_links",
        "planner",
        "cases that others work on already, one row each and piece of work",
        "with the case",
    ),
    rule("case_moves", "planner", "moves that people make", "with both cases"),
    rule("suppressions", "planner", "rules that people make", "for good"),
    rule(
        "tasks",
        "tasks",
        "tasks opened",
        "180 days after the end; longer while its case is open or a run of it is live",
    ),
    rule("task_contexts", "tasks", "tasks opened for cases, one row each", "with the task"),
    rule("not_owners", "tasks", "people who say that a file is not theirs, one row each", "for good"),
    rule("runners", "dispatcher", "runners", "30 days after they were last heard of; longer with a live run"),
    rule("runs", "dispatcher", "attempts at tasks", "with the task"),
    rule("run_notes", "dispatcher", "what agents say and do", "90 days after the run ended"),
    rule("outcomes", "dispatcher", "ended runs", "with the task"),
    rule(
        "changes",
        "dispatcher",
        "branches with changes",
        "180 days after the last change of state; longer while the task or the case is kept",
    ),
    rule("automations", "automations", "automations", "for good"),
    rule(
        "firings",
        "automations",
        "firings of triggers",
        "90 days after the end; the newest of each trigger for good",
    ),
    rule(
        "decisions",
        "decisions",
        "changes of a reason",
        "the current one of each stage with its subject; others 30 days after they last held",
    ),
    rule(
        "quota_windows",
        "quotas",
        "windows in which something was granted",
        "2 days after the window ended",
    ),
    rule("leases", "leases", "shards of stages, one row each", "for good: its token never starts anew"),
    rule("erasures", "erasure", "people who were taken out", "for good: that it was done has to be told"),
];

/// The list as ARCHITECTURE.md shows it.
pub fn tables_markdown() -> String {
    let mut text = String::from("| table | owner | grows with | kept |\n|---|---|---|---|\n");
    for TableRule { table, owner, grows_with, kept } in TABLES {
        // Writing to a String cannot fail.
        #[expect(clippy::expect_used, reason = "fmt::Write for String never returns an error")]
        writeln!(text, "| `{table}` | {owner} | {grows_with} | {kept} |").expect("a String takes it");
    }
    text.push_str(
        "\nSome writes cross owners, each because it belongs to one transaction with the writer's own:\n\n",
    );
    for OtherWriter { statement, table, why } in OTHER_WRITERS {
        #[expect(clippy::expect_used, reason = "fmt::Write for String never returns an error")]
        writeln!(text, "- `{statement}` writes `{table}`: {why}.").expect("a String takes it");
    }
    text
}
