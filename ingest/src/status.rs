//! What ingest of one source has done since it started, shown as it stands.

use std::ops::AddAssign;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;

/// Counted when committed, so that `read` is always the sum of the four after it. A record that holds several items (a
/// batch, a group of alerts) counts once for each that was kept or let go, and once for all of it that was refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub read: u64,
    /// Records counted in a signal.
    pub kept: u64,
    pub not_a_signal: u64,
    /// Recognised by their id as counted before.
    pub duplicate: u64,
    pub quarantined: u64,
    pub new_signals: u64,
    /// Of those kept, records of signals that were one too many: they count in the overflow signal.
    pub overflow: u64,
    /// Stretches of a partition that were gone before they were read.
    pub gaps: u64,
    /// Batches dropped because the partition was taken away, or another consumer had come first.
    pub dropped_batches: u64,
    /// Commits that failed and were tried again.
    pub retries: u64,
    /// How often reading was paused because the pass did not keep up.
    pub pauses: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.kept += other.kept;
        self.not_a_signal += other.not_a_signal;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
        self.new_signals += other.new_signals;
        self.overflow += other.overflow;
        self.gaps += other.gaps;
        self.dropped_batches += other.dropped_batches;
        self.retries += other.retries;
        self.pauses += other.pauses;
    }
}

/// The counts of a source, to be looked at while it runs. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<watch::Sender<Counts>>);

impl Status {
    pub fn counts(&self) -> Counts {
        *self.0.borrow()
    }

    /// The counts as they change.
    pub fn watch(&self) -> watch::Receiver<Counts> {
        self.0.subscribe()
    }

    pub(crate) fn add(&self, counts: Counts) {
        self.0.send_modify(|sum| *sum += counts);
    }
}
