//! The border to the rest of the house: when an automation fires next. Only whoever has the settings knows its schedule.

use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;

/// The schedules of this process's settings.
pub trait Schedules: Send + Sync + 'static {
    /// None where there is no automation of that name, or it never fires again.
    fn next_after(&self, automation: &Label, now: Timestamp) -> Option<Timestamp>;
}
