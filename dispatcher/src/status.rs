//! What the last pass did, shown as it stands.

use serde::Serialize;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DispatcherStatus {
    /// Queued tasks that were looked at.
    pub queued: u64,
    pub started: u64,
    /// Tasks that stay queued; each has its decision.
    pub not_started: u64,
    /// Tasks that somebody else moved between reading and starting.
    pub overtaken: u64,
    pub rescued: u64,
    pub stranded: u64,
    /// Runs whose attempts were spent.
    pub ended: u64,
    /// Runs whose holder, or another dispatcher, came first.
    pub renewed: u64,
    /// More is left than one pass takes: the next begins at once.
    pub more: bool,
}
