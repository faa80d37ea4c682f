//! Plans as people read them.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::PlanId;
use signalbox_domain::names::{Label, ProjectName};
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    pub id: PlanId,
    pub project: ProjectName,
    pub at: Timestamp,
    /// Changed signals that it was made of.
    pub signals: u64,
    pub new_cases: u64,
    pub tasks: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanView {
    /// None where it was not written, because nobody asked for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PlanId>,
    pub project: ProjectName,
    pub at: Timestamp,
    pub signals: u64,
    pub new_cases: u64,
    pub tasks: u64,
    /// Of tasks before cases before signals.
    pub reasons: Vec<PlanReasonLine>,
    /// Reasons beyond those that are kept.
    pub left_out: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReasonLine {
    /// The id of what it is about; of something that a plan would open, one that nothing has yet.
    pub about: String,
    pub code: Label,
    pub words: String,
}

/// What would happen, for one project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DryRunAsk {
    pub project: ProjectName,
}
