//! The life of a run: one attempt chain at a task by one agent, held by at most one runner at a time.

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a run stands.
    RunState {
        /// Free to be leased by a runner of its mode.
        Pending = "pending",
        Leased = "leased",
        Preparing = "preparing",
        Working = "working",
        /// The agent asked a person and waits.
        Asking = "asking",
        Checking = "checking",
        /// Its computer went away with the workspace: it waits for that computer or a person.
        Stranded = "stranded",
        Succeeded = "succeeded",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

words! {
    /// What can happen to a run.
    RunEvent {
        Claim = "claim",
        Prepare = "prepare",
        Work = "work",
        Ask = "ask",
        Answer = "answer",
        Check = "check",
        Succeed = "succeed",
        Fail = "fail",
        Cancel = "cancel",
        /// The lease ended; any runner may go on from the last checkpoint (cloud).
        Rescue = "rescue",
        /// The lease ended; only its own computer has the work (local, worktree).
        Strand = "strand",
        /// Its own computer is back.
        Return = "return",
        /// A person lets another runner begin anew.
        HandOver = "hand_over",
    }
}

machine!(RunState on RunEvent, "run", first Pending);

impl RunState {
    fn step(self, event: RunEvent) -> Result<Self, IllegalMove> {
        use RunEvent as E;
        use RunState as S;
        match (self, event) {
            (S::Pending, E::Claim) | (S::Stranded, E::Return) => Ok(S::Leased),
            (S::Leased, E::Prepare) => Ok(S::Preparing),
            // Back from a failed check, the agent goes on.
            (S::Preparing | S::Checking, E::Work) | (S::Asking, E::Answer) => Ok(S::Working),
            (S::Working, E::Ask) => Ok(S::Asking),
            (S::Working, E::Check) => Ok(S::Checking),
            (S::Working | S::Checking, E::Succeed) => Ok(S::Succeeded),
            (from, E::Fail) if from.is_live() => Ok(S::Failed),
            (from, E::Cancel) if from.is_live() => Ok(S::Cancelled),
            (from, E::Rescue) if from.is_held() => Ok(S::Pending),
            (from, E::Strand) if from.is_held() => Ok(S::Stranded),
            (S::Stranded, E::HandOver) => Ok(S::Pending),
            (from, event) => from.illegal(event),
        }
    }

    /// A runner has it: a lease, a token and a deadline exist.
    pub fn is_held(self) -> bool {
        match self {
            Self::Leased | Self::Preparing | Self::Working | Self::Asking | Self::Checking => true,
            Self::Pending | Self::Stranded | Self::Succeeded | Self::Failed | Self::Cancelled => false,
        }
    }

    /// Not ended.
    pub fn is_live(self) -> bool {
        self.is_held() || matches!(self, Self::Pending | Self::Stranded)
    }
}
