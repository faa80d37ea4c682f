//! Signals as people read them, and what became of each that was sent.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_domain::names::{ProjectName, SignalKind};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{Fingerprint, HoldReason, Sample, Severity, SourceFamily};
use signalbox_domain::time::Timestamp;

use super::{CaseLine, DecisionLine};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalLine {
    pub id: SignalId,
    pub project: ProjectName,
    pub family: SourceFamily,
    pub kind: SignalKind,
    pub title: Sourced<String>,
    pub severity: Severity,
    pub count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u64>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SignalView {
    pub signal: SignalLine,
    pub fingerprint: Fingerprint,
    /// The repository that its sender named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Sourced<String>>,
    pub samples: Vec<Sample>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseLine>,
    pub decisions: Vec<DecisionLine>,
}

/// What became of a signal that was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalReleased {
    pub signal: SignalId,
    pub was_held: HoldReason,
    pub words: String,
}

/// What became of the signals of one request, in the order sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalResults {
    pub results: Vec<SignalResult>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum SignalResult {
    New {
        signal: SignalId,
    },
    /// Counted in a signal that was there.
    Folded,
    /// Its id was counted before; nothing changed.
    Duplicate,
    /// What stood where something else was expected; the value is not repeated.
    Refused {
        at: String,
        expected: String,
    },
}
