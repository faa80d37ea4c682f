//! The life of a change: from commits on a branch to a release, ours or a person's.

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a change stands.
    ChangeState {
        Committed = "committed",
        Pushed = "pushed",
        /// A pull request is open.
        Open = "open",
        Approved = "approved",
        Merged = "merged",
        Released = "released",
        Closed = "closed",
        Reverted = "reverted",
    }
}

words! {
    /// What can happen to a change.
    ChangeEvent {
        Push = "push",
        Open = "open",
        Approve = "approve",
        RequestChanges = "request_changes",
        Merge = "merge",
        Release = "release",
        Close = "close",
        Reopen = "reopen",
        Revert = "revert",
    }
}

machine!(ChangeState on ChangeEvent, "change", first Committed);

impl ChangeState {
    fn step(self, event: ChangeEvent) -> Result<Self, IllegalMove> {
        use ChangeEvent as E;
        use ChangeState as S;
        match (self, event) {
            (S::Committed, E::Push) => Ok(S::Pushed),
            (S::Pushed, E::Open) | (S::Closed, E::Reopen) => Ok(S::Open),
            (S::Open, E::Approve) => Ok(S::Approved),
            // A push to an approved pull request asks for review anew; the forge may say so more than once.
            (S::Open | S::Approved, E::RequestChanges) => Ok(S::Open),
            // A person may merge the branch by hand before any pull request is seen.
            (S::Committed | S::Pushed | S::Open | S::Approved, E::Merge) => Ok(S::Merged),
            (S::Merged, E::Release) => Ok(S::Released),
            (S::Committed | S::Pushed | S::Open | S::Approved, E::Close) => Ok(S::Closed),
            (S::Merged | S::Released, E::Revert) => Ok(S::Reverted),
            (from, event) => from.illegal(event),
        }
    }
}
