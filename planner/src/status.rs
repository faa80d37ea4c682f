//! What the last pass did, shown as it stands.

use serde::Serialize;
use signalbox_store::planner::PlanCommit;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PlannerStatus {
    pub projects: u64,
    pub signals: u64,
    pub cases: u64,
    pub tasks: u64,
    /// Cases that came out of others, because no one change would have fixed both.
    pub split_off: u64,
    /// Plans that somebody else's write overtook; the next pass plans them anew.
    pub stale: u64,
    /// Plans that policy forbids as they stand; a decision on each case says why.
    pub refused: u64,
    /// A project had more than one plan takes, or was overtaken: the next pass begins at once.
    pub more: bool,
}

impl PlannerStatus {
    pub(crate) fn overtaken(&mut self) {
        self.stale += 1;
        self.more = true;
    }

    /// What was parted is judged by the next pass.
    pub(crate) fn parted(&mut self, split_off: usize) {
        self.split_off += length(split_off);
        self.more |= split_off > 0;
    }

    pub(crate) fn written(&mut self, plan: &PlanCommit) {
        self.projects += 1;
        self.signals += length(plan.planned.len());
        self.cases += length(plan.cases.len());
        self.tasks += length(plan.tasks.len());
    }
}

fn length(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
