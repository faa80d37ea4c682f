//! Tasks as people ask for them and read them.

use serde::{Deserialize, Serialize};
use signalbox_domain::change::Change;
use signalbox_domain::context::{CaseLink, Context};
use signalbox_domain::ids::{CaseId, TaskId};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::TaskState;
use signalbox_domain::task::{Intent, Mode, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;

use super::{DecisionLine, RunLine};

/// What is wanted, by one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    #[default]
    Change,
    Investigate,
    Answer,
}

/// A task that a person wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewTask {
    pub project: ProjectName,
    pub repository: RepositoryName,
    pub title: String,
    /// Markdown for whoever does the work.
    #[serde(default)]
    pub brief: String,
    #[serde(default)]
    pub intent: IntentKind,
    /// For an answer: the JSON schema that it must fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
    #[serde(default = "worktree")]
    pub mode: Mode,
    #[serde(default = "normal")]
    pub priority: Priority,
    /// The same key again in the same project is the same wish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub once: Option<String>,
}

fn worktree() -> Mode {
    Mode::Worktree
}

fn normal() -> Priority {
    Priority::P2
}

impl NewTask {
    pub fn intent(&self) -> Intent {
        match self.intent {
            IntentKind::Change => Intent::Change,
            IntentKind::Investigate => Intent::Investigate,
            IntentKind::Answer => Intent::Answer { schema: self.schema.clone() },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskMade {
    pub task: TaskId,
    pub made: Making,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Making {
    Now,
    /// The same `once` made it earlier.
    Before,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartTask {
    /// None: the mode that it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextTask {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectName>,
}

/// What a person did about a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinishTask {
    pub result: FinishResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where the change lies; only for a change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishResult {
    Changed,
    NothingToDo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskLine {
    pub id: TaskId,
    pub project: ProjectName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    pub title: Sourced<String>,
    pub intent: IntentKind,
    pub mode: Mode,
    pub priority: Priority,
    pub state: TaskState,
    pub starter: Starter,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskView {
    pub task: Task,
    pub project: ProjectName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Repository>,
    /// The newest first.
    pub runs: Vec<RunLine>,
    pub outcomes: Vec<Outcome>,
    pub changes: Vec<Change>,
    pub decisions: Vec<DecisionLine>,
    /// Whom it is offered to first, or who has it in hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// Cases that are left to it, or are about the same file; the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<CaseLink>,
    /// What is known of what it is about, field by field with who could have written it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

/// Somebody says that a task is not theirs; without a name it is whoever asks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DisownTask {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}
