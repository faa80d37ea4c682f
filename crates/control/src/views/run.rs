//! Runs as people read them.

use serde::{Deserialize, Serialize};
use signalbox_domain::change::Change;
use signalbox_domain::ids::{RunId, TaskId};
use signalbox_domain::names::{HolderName, Label, ProjectName};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::run::RunNote;
use signalbox_domain::states::RunState;
use signalbox_domain::task::Mode;
use signalbox_domain::time::Timestamp;

use super::DecisionLine;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    pub id: RunId,
    pub task: TaskId,
    pub state: RunState,
    pub mode: Mode,
    pub agent: Label,
    pub attempt: u32,
    /// The runner that has it, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<HolderName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<HolderName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Timestamp>,
    pub queued_at: Timestamp,
    pub changed_at: Timestamp,
}

/// One numbered line of a run's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoteLine {
    pub seq: u64,
    pub at: Timestamp,
    pub note: RunNote,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub run: RunLine,
    pub project: ProjectName,
    /// The title of its task.
    pub title: Sourced<String>,
    pub notes: Vec<NoteLine>,
    /// There are more notes: `?notes_after=<this>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes_after: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    pub decisions: Vec<DecisionLine>,
}
