//! What the last pass did, shown as it stands.

use serde::Serialize;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AutomationsStatus {
    pub configured: u64,
    /// Firings whose rows this pass wrote.
    pub opened: u64,
    /// Times that were not fired; each has its row with the reason.
    pub skipped: u64,
    pub succeeded: u64,
    /// Firings that ended without a task, each with its reason.
    pub failed: u64,
    /// When the next one is due.
    pub next_at: Option<Timestamp>,
    /// More firings wait than one pass takes: the next begins at once.
    pub more: bool,
}
