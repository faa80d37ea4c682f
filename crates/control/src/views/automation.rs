//! Automations as people read them: when they fire next, and what became of their last firings.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::{AutomationId, TaskId};
use signalbox_domain::names::{Label, ProjectName};
use signalbox_domain::states::FiringState;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationLine {
    pub id: AutomationId,
    pub name: Label,
    /// Where its tasks, or its signals, go.
    pub project: ProjectName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// None where the settings of this process do not have it, or it never fires again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// The last ones, the newest first.
    pub firings: Vec<FiringLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiringLine {
    pub due_at: Timestamp,
    pub state: FiringState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// Why it was skipped, or opened no task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
