//! The life of a case: from the first signals to a verified end, and again from there at a recurrence.

use super::{IllegalMove, Machine, machine, words};

words! {
    /// Where a case stands.
    CaseState {
        /// Known, and no task is wanted (yet).
        Watching = "watching",
        /// Passed every gate: a task is wanted.
        Ready = "ready",
        /// A live task works on it.
        Tasked = "tasked",
        /// A change is out; do its signals stop?
        Verifying = "verifying",
        /// They stopped.
        Fixed = "fixed",
        /// Ended without proof: resolved upstream, or too rare to tell.
        Quiet = "quiet",
        /// Sleeps until a time, a count or a release.
        Snoozed = "snoozed",
        /// A rule keeps it away, with owner, reason and expiry.
        Suppressed = "suppressed",
        /// A person decided against it, with a reason.
        Dismissed = "dismissed",
        /// Its signals belong to another case now.
        Merged = "merged",
    }
}

words! {
    /// What can happen to a case.
    CaseEvent {
        Promote = "promote",
        Demote = "demote",
        OpenTask = "open_task",
        CloseTask = "close_task",
        ReleaseChange = "release_change",
        FindFixed = "find_fixed",
        FindUndecided = "find_undecided",
        /// Signals after the end, after the change, or long after its task was done: the next generation begins.
        Recur = "recur",
        Snooze = "snooze",
        Wake = "wake",
        Suppress = "suppress",
        Lift = "lift",
        Dismiss = "dismiss",
        Reopen = "reopen",
        ResolveUpstream = "resolve_upstream",
        Merge = "merge",
        Unmerge = "unmerge",
    }
}

machine!(CaseState on CaseEvent, "case", first Watching);

impl CaseState {
    /// Running work is flagged, not cancelled, when a case is suppressed, dismissed, resolved or merged.
    fn step(self, event: CaseEvent) -> Result<Self, IllegalMove> {
        use CaseEvent as E;
        use CaseState as S;
        match (self, event) {
            (S::Watching, E::Promote) => Ok(S::Ready),
            (S::Ready, E::Demote) | (S::Tasked, E::CloseTask) => Ok(S::Watching),
            (S::Watching | S::Ready | S::Verifying, E::OpenTask) => Ok(S::Tasked),
            // A fix by a person's own hands needs no task of ours.
            (S::Watching | S::Ready | S::Tasked, E::ReleaseChange) => Ok(S::Verifying),
            (S::Verifying, E::FindFixed) => Ok(S::Fixed),
            (S::Verifying, E::FindUndecided) => Ok(S::Quiet),
            (S::Watching | S::Verifying | S::Fixed | S::Quiet | S::Dismissed, E::Recur) => Ok(S::Watching),
            (S::Watching | S::Ready, E::Snooze) => Ok(S::Snoozed),
            (S::Snoozed, E::Wake) | (S::Suppressed, E::Lift) => Ok(S::Watching),
            (S::Watching | S::Ready | S::Tasked | S::Verifying | S::Snoozed, E::Suppress) => {
                Ok(S::Suppressed)
            }
            (S::Watching | S::Ready | S::Tasked | S::Verifying | S::Snoozed | S::Suppressed, E::Dismiss) => {
                Ok(S::Dismissed)
            }
            (S::Fixed | S::Quiet | S::Dismissed, E::Reopen) => Ok(S::Watching),
            (S::Watching | S::Ready | S::Tasked | S::Verifying | S::Snoozed, E::ResolveUpstream) => {
                Ok(S::Quiet)
            }
            (from, E::Merge) if from != S::Merged => Ok(S::Merged),
            (S::Merged, E::Unmerge) => Ok(S::Watching),
            (from, event) => from.illegal(event),
        }
    }

    /// Work may come of it without anybody reopening it first.
    pub fn is_open(self) -> bool {
        match self {
            Self::Watching | Self::Ready | Self::Tasked | Self::Verifying | Self::Snoozed => true,
            Self::Fixed | Self::Quiet | Self::Suppressed | Self::Dismissed | Self::Merged => false,
        }
    }
}
