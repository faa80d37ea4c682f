//! An outcome: what a run, or a person, produced. Every end has a type and a reason that a person can read.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::form::{Form, FormError, grown};
use crate::ids::{OutcomeId, RunId, TaskId};
use crate::provenance::Sourced;
use crate::task::Intent;
use crate::time::Timestamp;

/// Why a run produced nothing of use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Failure {
    RepositoryMissing {
        detail: String,
    },
    WorkspaceFailed {
        detail: String,
    },
    AgentMissing {
        program: String,
    },
    AgentTimedOut {
        after_seconds: u64,
    },
    AgentKilled {
        signal: i32,
    },
    AgentFailed {
        code: i32,
        tail: String,
    },
    /// The output passed its bound and the agent was stopped.
    TooMuchOutput {
        limit_bytes: u64,
    },
    NoChange,
    /// The agent removed the folder that it worked in.
    WorkspaceRemoved,
    /// All that it made lies in repositories of its own, of which a commit holds only the names.
    NestedRepository {
        folders: Vec<String>,
    },
    /// The files that it added or changed are larger than a run may commit.
    TooMuchChanged {
        limit_bytes: u64,
    },
    AnswerUnfit {
        detail: String,
    },
    CheckFailed {
        code: Option<i32>,
        tail: String,
    },
    PushFailed {
        detail: String,
    },
    IsolationMissing {
        detail: String,
    },
    AttemptsSpent {
        attempts: u32,
    },
    Refused {
        detail: String,
    },
}

impl Failure {
    pub fn name(&self) -> &'static str {
        match self {
            Self::RepositoryMissing { .. } => "repository_missing",
            Self::WorkspaceFailed { .. } => "workspace_failed",
            Self::AgentMissing { .. } => "agent_missing",
            Self::AgentTimedOut { .. } => "agent_timed_out",
            Self::AgentKilled { .. } => "agent_killed",
            Self::AgentFailed { .. } => "agent_failed",
            Self::TooMuchOutput { .. } => "too_much_output",
            Self::NoChange => "no_change",
            Self::WorkspaceRemoved => "workspace_removed",
            Self::NestedRepository { .. } => "nested_repository",
            Self::TooMuchChanged { .. } => "too_much_changed",
            Self::AnswerUnfit { .. } => "answer_unfit",
            Self::CheckFailed { .. } => "check_failed",
            Self::PushFailed { .. } => "push_failed",
            Self::IsolationMissing { .. } => "isolation_missing",
            Self::AttemptsSpent { .. } => "attempts_spent",
            Self::Refused { .. } => "refused",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Verdict {
    Changed {
        branch: String,
        commit: String,
        files: u32,
    },
    Answered {
        text: Sourced<String>,
    },
    /// Nothing to change, and none was wanted.
    NothingToDo {
        text: Sourced<String>,
    },
    Failed {
        failure: Failure,
    },
    Cancelled {
        by: String,
    },
}

impl Verdict {
    /// A run that ended well without a change: a failure only for the intent change.
    pub fn without_change(intent: &Intent, text: Sourced<String>) -> Self {
        match intent {
            Intent::Change => Self::Failed { failure: Failure::NoChange },
            Intent::Investigate => Self::NothingToDo { text },
            Intent::Answer { .. } => Self::Answered { text },
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "changed",
            Self::Answered { .. } => "answered",
            Self::NothingToDo { .. } => "nothing_to_do",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }

    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed { .. })
    }
}

/// What it took, as far as the agent says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Effort {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Millionths of a US dollar: money is never a float.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micro_usd: Option<u64>,
    pub duration: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub id: OutcomeId,
    pub task: TaskId,
    /// None where a person produced it.
    pub run: Option<RunId>,
    pub verdict: Verdict,
    pub effort: Effort,
    pub at: Timestamp,
}

impl Form for Outcome {
    const NAME: &'static str = "outcome";
    /// Since 2: the failures workspace_removed, nested_repository and too_much_changed.
    const VERSION: u16 = 2;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        grown(version, body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_is_a_failure_only_where_a_change_was_wanted() {
        let text = || Sourced::stranger("nothing found".to_owned());
        assert!(Verdict::without_change(&Intent::Change, text()).is_failure());
        assert!(!Verdict::without_change(&Intent::Investigate, text()).is_failure());
        assert!(!Verdict::without_change(&Intent::Answer { schema: None }, text()).is_failure());
    }
}
