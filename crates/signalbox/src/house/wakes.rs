//! Who wakes whom: ingest the planner, and control whoever works on tasks and runs.

pub(crate) use signalbox_control::wakes::{DELIVERIES, OUTCOMES, RUNS, TASKS};
pub(crate) use signalbox_ingest::SIGNALS;
