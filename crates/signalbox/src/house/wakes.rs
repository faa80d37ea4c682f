//! Who wakes whom. A wake-up carries no data: without any of them everything happens a little later.

use signalbox_runtime::Channel;

/// Signals changed: the planner looks.
pub(crate) use signalbox_ingest::SIGNALS;
/// Tasks were opened, started or queued again: the dispatcher looks.
pub(crate) const TASKS: Channel = Channel::new("tasks");
/// Runs were queued: runners look.
pub(crate) const RUNS: Channel = Channel::new("runs");
/// Runs ended: the planner and the dispatcher look.
pub(crate) const OUTCOMES: Channel = Channel::new("outcomes");
