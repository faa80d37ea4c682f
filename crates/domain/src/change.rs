//! A change: a branch, its commits, its pull request and what became of it; ours or a person's.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{CaseId, ChangeId, RepositoryId, TaskId};
use crate::states::ChangeState;
use crate::time::Timestamp;

/// Lines of a file that a change touches: what "already addressed" compares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchedLines {
    pub path: String,
    pub first: u32,
    pub last: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub repository: RepositoryId,
    /// None where a person made it.
    pub task: Option<TaskId>,
    pub case: Option<CaseId>,
    pub state: ChangeState,
    pub branch: String,
    pub base: String,
    pub head: String,
    pub commits: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<TouchedLines>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull_request: Option<PullRequest>,
    pub changed_at: Timestamp,
}

impl Form for Change {
    const NAME: &'static str = "change";
    const VERSION: u16 = 1;
}
