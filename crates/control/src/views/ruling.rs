//! What people decide about cases, and their rules that keep signals away.

use serde::{Deserialize, Serialize};
use signalbox_domain::case_move::MoveKind;
use signalbox_domain::ids::{CaseId, CaseMoveId, SignalId, SuppressionId};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::ruling::DismissCode;
use signalbox_domain::signal::SourceFamily;
use signalbox_domain::states::CaseState;
use signalbox_domain::time::Timestamp;

/// Exactly one of time, records and release.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SnoozeCase {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// So many records more than it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    pub next_release: bool,
    /// The version of the case that was seen; without one, whatever it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DismissCase {
    pub code: DismissCode,
    #[serde(default)]
    pub words: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AcceptCase {
    pub words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReopenCase {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// Where a person says that the cause is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PickRepository {
    pub repository: RepositoryName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What became of a decision about a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDecided {
    pub case: CaseId,
    pub state: CaseState,
    pub version: i64,
    /// What was decided, and what it means for records to come.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSuppression {
    pub project: ProjectName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceFamily>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub reason: String,
    pub expires_at: Timestamp,
    /// Yes, also if it takes most of what there is.
    #[serde(default)]
    pub confirm: bool,
}

/// A rule, and how many of the signals that there are it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionMade {
    pub id: SuppressionId,
    pub takes: u64,
    pub of: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuppressionLine {
    pub id: SuppressionId,
    pub project: ProjectName,
    pub owner: String,
    pub reason: String,
    /// In words: which signals.
    pub rule: String,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted_at: Option<Timestamp>,
    pub holds: bool,
    pub takes: u64,
    pub of: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeCase {
    pub into: CaseId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into_version: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitCase {
    pub signals: Vec<SignalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveSignals {
    pub to: CaseId,
    pub signals: Vec<SignalId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_version: Option<i64>,
}

/// What was moved, and by which id it is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMoved {
    pub id: CaseMoveId,
    pub from: CaseId,
    pub to: CaseId,
    pub signals: u64,
    /// What becomes of a live task; none where it stays where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveLine {
    pub id: CaseMoveId,
    pub kind: MoveKind,
    pub by: String,
    pub at: Timestamp,
    pub from: CaseId,
    pub to: CaseId,
    pub signals: u64,
    pub undone: bool,
}
