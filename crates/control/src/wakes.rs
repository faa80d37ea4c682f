//! Who wakes whom. A wake-up carries no data: without any of them everything happens a little later.

use signalbox_runtime::Channel;

/// Tasks were opened, started or queued again: the dispatcher looks.
pub const TASKS: Channel = Channel::new("tasks");
/// Runs were queued: runners look.
pub const RUNS: Channel = Channel::new("runs");
/// Webhooks came: ingest looks.
pub const DELIVERIES: Channel = Channel::new("deliveries");
/// Runs ended: the planner and the dispatcher look.
pub const OUTCOMES: Channel = Channel::new("outcomes");
