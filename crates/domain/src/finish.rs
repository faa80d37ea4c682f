//! What the end of a run means for its task. Pure; called by whoever takes a runner's report, and by the dispatcher for
//! runs that nobody reports on. It must never look at anything but what it is given.

use serde::{Deserialize, Serialize};

use crate::outcome::{Failure, Verdict};
use crate::states::TaskEvent;

/// How often a task may begin anew after a failure of the place, not of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetryPolicy {
    /// Runs a task may have altogether. One: each failure lies before people.
    pub runs_a_task: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { runs_a_task: 1 }
    }
}

/// What happens to the task, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskEnd {
    /// A change lies before people.
    Deliver,
    /// Answered, or nothing to do.
    Finish,
    Cancel,
    /// The failure lies in the work: the same again would end the same.
    FailForGood,
    /// It might have gone better elsewhere, but its runs are spent.
    FailSpent {
        runs: u32,
    },
    /// The place failed, not the work.
    Requeue {
        runs: u32,
    },
}

impl TaskEnd {
    pub fn event(self) -> TaskEvent {
        match self {
            Self::Deliver => TaskEvent::Deliver,
            Self::Finish => TaskEvent::Finish,
            Self::Cancel => TaskEvent::Cancel,
            Self::FailForGood | Self::FailSpent { .. } => TaskEvent::Fail,
            Self::Requeue { .. } => TaskEvent::Requeue,
        }
    }
}

/// What a verdict means for a task that had this many runs, the ended one among them.
pub fn task_end(verdict: &Verdict, runs: u32, policy: RetryPolicy) -> TaskEnd {
    match verdict {
        Verdict::Changed { .. } => TaskEnd::Deliver,
        Verdict::Answered { .. } | Verdict::NothingToDo { .. } => TaskEnd::Finish,
        Verdict::Cancelled { .. } => TaskEnd::Cancel,
        Verdict::Failed { failure } if !lies_in_the_place(failure) => TaskEnd::FailForGood,
        Verdict::Failed { .. } if runs < policy.runs_a_task => TaskEnd::Requeue { runs },
        Verdict::Failed { .. } => TaskEnd::FailSpent { runs },
    }
}

/// Another run, at another time or on another computer, may end better with nothing else changed.
fn lies_in_the_place(failure: &Failure) -> bool {
    match failure {
        Failure::WorkspaceFailed { .. } | Failure::AgentKilled { .. } | Failure::PushFailed { .. } => true,
        Failure::RepositoryMissing { .. }
        | Failure::AgentMissing { .. }
        | Failure::AgentTimedOut { .. }
        | Failure::AgentFailed { .. }
        | Failure::TooMuchOutput { .. }
        | Failure::NoChange
        | Failure::WorkspaceRemoved
        | Failure::NestedRepository { .. }
        | Failure::TooMuchChanged { .. }
        | Failure::AnswerUnfit { .. }
        | Failure::CheckFailed { .. }
        | Failure::IsolationMissing { .. }
        | Failure::AttemptsSpent { .. }
        | Failure::Refused { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provenance::Sourced;
    use crate::states::{Machine as _, TaskState};

    fn text() -> Sourced<String> {
        Sourced::stranger("done".to_owned())
    }

    fn failed(failure: Failure) -> Verdict {
        Verdict::Failed { failure }
    }

    #[test]
    fn each_verdict_has_its_end() {
        let changed = Verdict::Changed { branch: "b".into(), commit: "c".into(), files: 1 };
        let expected = [
            (changed, TaskEvent::Deliver, TaskState::Review),
            (Verdict::Answered { text: text() }, TaskEvent::Finish, TaskState::Done),
            (Verdict::NothingToDo { text: text() }, TaskEvent::Finish, TaskState::Done),
            (Verdict::Cancelled { by: "ada".into() }, TaskEvent::Cancel, TaskState::Cancelled),
            (failed(Failure::NoChange), TaskEvent::Fail, TaskState::Failed),
        ];
        for (verdict, event, state) in expected {
            let end = task_end(&verdict, 1, RetryPolicy::default());
            assert_eq!(end.event(), event, "{verdict:?}");
            assert_eq!(TaskState::Running.next(event), Ok(state), "{verdict:?}");
        }
    }

    #[test]
    fn only_the_place_is_worth_another_run_and_only_while_runs_are_left() {
        let twice = RetryPolicy { runs_a_task: 2 };
        let killed = failed(Failure::AgentKilled { signal: 9 });
        assert_eq!(task_end(&killed, 1, twice), TaskEnd::Requeue { runs: 1 });
        assert_eq!(task_end(&killed, 2, twice), TaskEnd::FailSpent { runs: 2 });
        assert_eq!(task_end(&killed, 1, RetryPolicy::default()), TaskEnd::FailSpent { runs: 1 });
        let unfit = failed(Failure::CheckFailed { code: Some(1), tail: String::new() });
        assert_eq!(task_end(&unfit, 1, twice), TaskEnd::FailForGood);
    }
}
