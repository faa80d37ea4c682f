//! The life of one firing of one trigger.

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a firing stands.
    FiringState {
        /// Its row is written: whoever restarts finds it and goes on.
        Due = "due",
        Started = "started",
        Succeeded = "succeeded",
        Failed = "failed",
        /// Not done, with a reason: overlap, cap, pause, too late.
        Skipped = "skipped",
    }
}

words! {
    /// What can happen to a firing.
    FiringEvent {
        Start = "start",
        Succeed = "succeed",
        Fail = "fail",
        Skip = "skip",
        Retry = "retry",
    }
}

machine!(FiringState on FiringEvent, "firing", first Due);

impl FiringState {
    fn step(self, event: FiringEvent) -> Result<Self, IllegalMove> {
        use FiringEvent as E;
        use FiringState as S;
        match (self, event) {
            (S::Due, E::Start) => Ok(S::Started),
            (S::Due, E::Skip) => Ok(S::Skipped),
            (S::Started, E::Succeed) => Ok(S::Succeeded),
            (S::Due | S::Started, E::Fail) => Ok(S::Failed),
            (S::Failed, E::Retry) => Ok(S::Due),
            (from, event) => from.illegal(event),
        }
    }
}
