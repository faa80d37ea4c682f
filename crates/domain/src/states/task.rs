//! The life of a task: from a wish to a delivered change, an answer, or a typed end.

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a task stands.
    TaskState {
        /// Shown to people; nobody said yes yet.
        Proposed = "proposed",
        /// Free to be started.
        Queued = "queued",
        /// Stands until a person decides (which repository, who starts it, a hold).
        Waiting = "waiting",
        /// A run works on it.
        Running = "running",
        /// A person works on it.
        InHand = "in_hand",
        /// A result lies before people.
        Review = "review",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

words! {
    /// What can happen to a task.
    TaskEvent {
        Accept = "accept",
        Reject = "reject",
        Hold = "hold",
        Release = "release",
        Start = "start",
        PickUp = "pick_up",
        PutBack = "put_back",
        /// The run ended without a result and may be tried again.
        Requeue = "requeue",
        Deliver = "deliver",
        ReturnForWork = "return_for_work",
        Finish = "finish",
        Fail = "fail",
        Cancel = "cancel",
        Retry = "retry",
    }
}

machine!(TaskState on TaskEvent, "task", first Proposed);

impl TaskState {
    fn step(self, event: TaskEvent) -> Result<Self, IllegalMove> {
        use TaskEvent as E;
        use TaskState as S;
        match (self, event) {
            (S::Proposed, E::Accept) | (S::Waiting, E::Release) => Ok(S::Queued),
            (S::Proposed, E::Reject) => Ok(S::Cancelled),
            (S::Proposed | S::Queued, E::Hold) => Ok(S::Waiting),
            (S::Queued, E::Start) => Ok(S::Running),
            (S::Proposed | S::Queued | S::Waiting | S::Review, E::PickUp) => Ok(S::InHand),
            (S::InHand, E::PutBack) | (S::Running, E::Requeue) | (S::Review, E::ReturnForWork) => {
                Ok(S::Queued)
            }
            (S::Running, E::Hold) => Ok(S::Waiting),
            (S::Running | S::InHand, E::Deliver) => Ok(S::Review),
            (S::Running | S::InHand | S::Review, E::Finish) => Ok(S::Done),
            (S::Running | S::InHand | S::Waiting | S::Queued, E::Fail) => Ok(S::Failed),
            (from, E::Cancel) if from.is_live() => Ok(S::Cancelled),
            (S::Failed | S::Cancelled, E::Retry) => Ok(S::Queued),
            (from, event) => from.illegal(event),
        }
    }

    /// A case generation has at most one task for which this is true (invariant 5).
    pub fn is_live(self) -> bool {
        match self {
            Self::Proposed | Self::Queued | Self::Waiting | Self::Running | Self::InHand | Self::Review => {
                true
            }
            Self::Done | Self::Failed | Self::Cancelled => false,
        }
    }
}
