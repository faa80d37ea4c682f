//! What a format makes of a record: an observation, with who could have written each field. Not yet redacted, never
//! stored as it is.

use serde_json::{Map, Value};
use signalbox_domain::names::SignalKind;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{Fingerprint, Frame, HoldReason, Link, Severity, SourceFamily};
use signalbox_domain::time::Timestamp;

/// Whose project a record belongs to, as the record says it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProjectHint {
    /// PostHog's team.
    Team(i64),
    /// A project by its name here.
    Name(String),
    /// The record does not say.
    Silent,
}

/// One hint read out of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub project: ProjectHint,
    pub family: SourceFamily,
    pub kind: SignalKind,
    /// The record's own id; the same one again is the same record.
    pub record_id: Option<String>,
    /// Its keys by each version in use, the oldest first; never none.
    pub fingerprints: Vec<Fingerprint>,
    pub title: String,
    pub text: String,
    pub severity: Severity,
    pub occurred_at: Option<Timestamp>,
    pub count: u64,
    pub frames: Vec<Frame>,
    pub release: Option<String>,
    pub environment: Option<String>,
    pub route: Option<String>,
    pub repository: Option<String>,
    pub links: Vec<Link>,
    pub attributes: Map<String, Value>,
    pub hold: Option<HoldReason>,
    /// Who could have written it.
    pub from: Provenance,
}

/// Why a record is no observation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("expected JSON: {detail}")]
    NoJson { detail: String },
    #[error("{at}: expected {expected}")]
    Field { at: String, expected: &'static str },
    #[error("{size} bytes, more than the {limit} a record may have")]
    TooLarge { size: usize, limit: usize },
}

impl Unreadable {
    /// What programs compare and counts are kept by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoJson { .. } => "no-json",
            Self::Field { .. } => "field",
            Self::TooLarge { .. } => "too-large",
        }
    }
}

/// What a format makes of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    Kept(Box<Observation>),
    /// Read, and nothing that hints at work.
    NotASignal,
}
