//! Retention: what is taken away, and when. Each call is one bounded transaction over one table; a sweep calls until
//! fewer rows went than it allowed.
//!
//! Never takes what an open case, a live task, a live run or the dedupe window needs. Writes other owners' tables by
//! removing rows only; `tables.rs` says for each table what keeps it small. Called by the sweep in the server.

mod config;
mod prune;

pub use config::RetentionConfig;

use signalbox_domain::time::Timestamp;

use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;

/// What can be pruned, in the order in which a sweep does it: what others lean on comes after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Prunable {
    SignalHours,
    Signals,
    RecordMarks,
    MetricPoints,
    ReleaseExposures,
    Deliveries,
    Quarantine,
    Plans,
    Cases,
    RunNotes,
    /// With their runs, the history of these, and their outcomes.
    Tasks,
    Changes,
    Firings,
    Runners,
    Tokens,
    QuotaWindows,
    /// Last: those whose subject was removed go too.
    Decisions,
}

impl Prunable {
    pub const ALL: [Self; 17] = [
        Self::SignalHours,
        Self::Signals,
        Self::RecordMarks,
        Self::MetricPoints,
        Self::ReleaseExposures,
        Self::Deliveries,
        Self::Quarantine,
        Self::Plans,
        Self::Cases,
        Self::RunNotes,
        Self::Tasks,
        Self::Changes,
        Self::Firings,
        Self::Runners,
        Self::Tokens,
        Self::QuotaWindows,
        Self::Decisions,
    ];

    /// The table whose rows it takes.
    pub fn table(self) -> &'static str {
        match self {
            Self::SignalHours => "signal_hours",
            Self::Signals => "signals",
            Self::RecordMarks => "record_marks",
            Self::MetricPoints => "metric_points",
            Self::ReleaseExposures => "release_exposures",
            Self::Deliveries => "deliveries",
            Self::Quarantine => "quarantine",
            Self::Plans => "plans",
            Self::Cases => "cases",
            Self::RunNotes => "run_notes",
            Self::Tasks => "tasks",
            Self::Changes => "changes",
            Self::Firings => "firings",
            Self::Runners => "runners",
            Self::Tokens => "tokens",
            Self::QuotaWindows => "quota_windows",
            Self::Decisions => "decisions",
        }
    }
}

impl Store {
    /// Removes at most `limit` rows that the rule of this table no longer keeps; returns how many went. Rows that
    /// another transaction holds at the moment are left to the next call.
    pub async fn prune(
        &self,
        config: &RetentionConfig,
        table: Prunable,
        now: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let mut step = self.write(Method::Prune).await?;
        let removed = prune::within(&mut step, config, table, now, limit).await?;
        step.commit().await?;
        Ok(removed)
    }
}
