//! Cases as people read them.

use serde::{Deserialize, Serialize};
use signalbox_domain::case::Case;
use signalbox_domain::context::CaseLink;
use signalbox_domain::ids::{CaseId, TaskId};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::ruling::Ruling;
use signalbox_domain::states::CaseState;
use signalbox_domain::task::Priority;
use signalbox_domain::time::Timestamp;

use super::{DecisionLine, MoveLine, SignalLine, TaskLine};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseLine {
    pub id: CaseId,
    pub project: ProjectName,
    pub title: Sourced<String>,
    pub state: CaseState,
    pub generation: u32,
    pub priority: Priority,
    /// How much it matters, in one sentence.
    pub score: String,
    pub signals: u64,
    /// The newest task of its present generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    pub case: Case,
    /// One more at each decision of a person: whoever decides next names the one that they saw.
    pub version: i64,
    /// What a person decided about it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruling: Option<Ruling>,
    pub project: ProjectName,
    /// Where a person said that the cause is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picked: Option<RepositoryName>,
    /// Work that touches what it is about, or names it; the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<CaseLink>,
    /// The newest signals of it; `case.signals` names all.
    pub signals: Vec<SignalLine>,
    /// Of every generation, the newest first.
    pub tasks: Vec<TaskLine>,
    pub decisions: Vec<DecisionLine>,
    /// What people moved from or to it, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<MoveLine>,
}
