//! The life of a verification: after the change is out, did the case's signals stop?

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a verification stands.
    VerificationState {
        /// The change is not out yet.
        Waiting = "waiting",
        /// Exposure is counted.
        Watching = "watching",
        Fixed = "fixed",
        Recurred = "recurred",
        /// Too rare to tell.
        Undecided = "undecided",
        /// The change was taken back.
        Void = "void",
    }
}

words! {
    /// What can happen to a verification.
    VerificationEvent {
        Begin = "begin",
        FindFixed = "find_fixed",
        FindRecurred = "find_recurred",
        FindUndecided = "find_undecided",
        TakeBack = "take_back",
    }
}

machine!(VerificationState on VerificationEvent, "verification", first Waiting);

impl VerificationState {
    fn step(self, event: VerificationEvent) -> Result<Self, IllegalMove> {
        use VerificationEvent as E;
        use VerificationState as S;
        match (self, event) {
            (S::Waiting, E::Begin) => Ok(S::Watching),
            (S::Watching, E::FindFixed) => Ok(S::Fixed),
            (S::Watching, E::FindUndecided) => Ok(S::Undecided),
            // A late recurrence corrects an earlier finding.
            (S::Watching | S::Fixed | S::Undecided, E::FindRecurred) => Ok(S::Recurred),
            (S::Waiting | S::Watching, E::TakeBack) => Ok(S::Void),
            (from, event) => from.illegal(event),
        }
    }
}
