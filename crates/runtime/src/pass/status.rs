//! What a pass is doing and what its last run did, shown as it stands.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::Timestamp;

/// The state of one pass driver. `R` is the stage's own report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassStatus<R> {
    pub name: &'static str,
    pub activity: Activity,
    pub runs: u64,
    pub consecutive_failures: u32,
    pub last: Option<LastPass>,
    /// The report of the last pass that worked.
    pub last_report: Option<R>,
}

/// What the driver is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    NotStarted,
    Running {
        since: Timestamp,
    },
    /// A wake-up may come earlier.
    Waiting {
        until: Timestamp,
    },
    Stopped,
}

/// One run of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LastPass {
    pub started: Timestamp,
    #[serde(rename = "took_seconds", serialize_with = "seconds")]
    pub took: Duration,
    pub outcome: PassOutcome,
}

/// How a run of a pass ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PassOutcome {
    Succeeded,
    /// The error with its causes.
    Failed {
        error: String,
    },
    TimedOut {
        #[serde(rename = "limit_seconds", serialize_with = "seconds")]
        limit: Duration,
    },
}

impl<R: Clone> PassStatus<R> {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            activity: Activity::NotStarted,
            runs: 0,
            consecutive_failures: 0,
            last: None,
            last_report: None,
        }
    }

    pub(super) fn note(&mut self, last: LastPass, report: Option<&R>) {
        self.runs += 1;
        self.consecutive_failures = match last.outcome {
            PassOutcome::Succeeded => 0,
            PassOutcome::Failed { .. } | PassOutcome::TimedOut { .. } => {
                self.consecutive_failures.saturating_add(1)
            }
        };
        self.last = Some(last);
        if let Some(report) = report {
            self.last_report = Some(report.clone());
        }
    }
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}
