//! What a format makes of a record: observations, with who could have written each field. Not yet redacted, never
//! stored as they are.

use serde_json::{Map, Value};
use signalbox_domain::names::SignalKind;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{Frame, HoldReason, Link, Severity, SourceFamily};
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::Exposed;

use crate::identity::RecordIdentity;

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
    pub identity: RecordIdentity,
    pub title: Sourced<String>,
    pub text: Sourced<String>,
    pub severity: Severity,
    pub occurred_at: Option<Timestamp>,
    pub count: u64,
    pub frames: Vec<Frame>,
    pub release: Option<Sourced<String>>,
    pub environment: Option<Sourced<String>>,
    pub route: Option<Sourced<String>>,
    pub repository: Option<Sourced<String>>,
    pub links: Vec<Sourced<Link>>,
    pub attributes: Map<String, Value>,
    /// Whoever it happened to, by whatever name the sender has for them. Counted, and never kept.
    pub users: Vec<String>,
    /// The same where only a hash is known any more.
    pub people: Vec<u64>,
    /// Where the product ran, as a host name or an address.
    pub host: Option<String>,
    pub hold: Option<HoldReason>,
}

impl Observation {
    /// What every observation has; what its format does not say stays empty.
    pub(crate) fn new(
        family: SourceFamily,
        kind: SignalKind,
        identity: RecordIdentity,
        title: Sourced<String>,
    ) -> Self {
        let text = Sourced::new(String::new(), title.from);
        Self {
            project: ProjectHint::Silent,
            family,
            kind,
            record_id: None,
            identity,
            title,
            text,
            severity: Severity::Error,
            occurred_at: None,
            count: 1,
            frames: Vec::new(),
            release: None,
            environment: None,
            route: None,
            repository: None,
            links: Vec::new(),
            attributes: Map::new(),
            users: Vec::new(),
            people: Vec::new(),
            host: None,
            hold: None,
        }
    }
}

/// What is noted of a record that hints at nothing by itself: it counts towards something that is judged later.
#[derive(Debug, Clone, PartialEq)]
pub enum Noted {
    Session(SessionNote),
    Event(EventNote),
    Exposure(ExposureNote),
}

/// A part of a person's session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionNote {
    pub project: ProjectHint,
    pub session: String,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub route: Option<String>,
    pub errors: u64,
    pub clicks: u64,
    /// A row of the session itself, not a click of it.
    pub is_row: bool,
    /// A click that nothing answered, at its end.
    pub unanswered: bool,
    pub person: Option<String>,
}

/// An event whose name the settings ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct EventNote {
    pub project: ProjectHint,
    pub event: String,
    pub at: Option<Timestamp>,
    pub person: Option<String>,
}

/// How a release was used.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureNote {
    pub release: String,
    pub environment: String,
    pub at: Option<Timestamp>,
    /// By which the same one is recognised when it comes again.
    pub id: Option<String>,
    pub exposed: Exposed,
    pub person: Option<String>,
}

impl Noted {
    /// Whose project it belongs to; None where the channel says so.
    pub(crate) fn project(&self) -> Option<&ProjectHint> {
        match self {
            Self::Session(note) => Some(&note.project),
            Self::Event(note) => Some(&note.project),
            Self::Exposure(_) => None,
        }
    }
}

/// Why a record, or an item of one, is no observation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("expected JSON: {detail}")]
    NoJson { detail: String },
    #[error("{at}: expected {expected}")]
    Field { at: String, expected: &'static str },
    #[error("{size} bytes, more than the {limit} a record may have")]
    TooLarge { size: usize, limit: usize },
    #[error("expected a body in its declared encoding: {detail}")]
    Encoding { detail: String },
}

impl Unreadable {
    /// Something else stands where `expected` should.
    pub(crate) fn field(at: impl Into<String>, expected: &'static str) -> Self {
        Self::Field { at: at.into(), expected }
    }

    /// What programs compare and counts are kept by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoJson { .. } => "no-json",
            Self::Field { .. } => "field",
            Self::TooLarge { .. } => "too-large",
            Self::Encoding { .. } => "encoding",
        }
    }

    /// The same, told from the record that the item at `place` stands in.
    fn within(self, place: &str) -> Self {
        match self {
            Self::Field { at, expected } => {
                let inner = at.strip_prefix('$').unwrap_or(&at).trim_start_matches('.');
                let dot = if inner.is_empty() { "" } else { "." };
                Self::Field { at: format!("{place}{dot}{inner}"), expected }
            }
            Self::NoJson { detail } => Self::NoJson { detail: format!("{place}: {detail}") },
            Self::TooLarge { .. } | Self::Encoding { .. } => self,
        }
    }
}

/// What a format makes of one record. A record of several items (a batch, an envelope, a group of alerts) is as many
/// observations as items that hint at work; one bad item does not take the others with it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    pub kept: Vec<Observation>,
    /// Beside what its items are counted as.
    pub noted: Vec<Noted>,
    /// Items that were read and hint at no work.
    pub not_signals: u64,
    /// Items that could not be read, each with its reason.
    pub refused: Vec<Unreadable>,
}

impl Reading {
    pub(crate) fn one(observation: Observation) -> Self {
        Self { kept: vec![observation], ..Self::default() }
    }

    /// Read, and nothing that hints at work.
    pub(crate) fn not_a_signal() -> Self {
        Self { not_signals: 1, ..Self::default() }
    }

    /// Nothing of it is kept, noted or refused.
    pub(crate) fn is_silent(&self) -> bool {
        self.kept.is_empty() && self.noted.is_empty() && self.refused.is_empty()
    }

    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.not_signals == 0 && self.refused.is_empty()
    }

    /// Adds what became of the item at `place`.
    pub(crate) fn add(&mut self, place: &str, item: Result<Self, Unreadable>) {
        match item {
            Ok(item) => {
                self.kept.extend(item.kept);
                self.noted.extend(item.noted);
                self.not_signals += item.not_signals;
                self.refused.extend(item.refused.into_iter().map(|error| error.within(place)));
            }
            Err(error) => self.refused.push(error.within(place)),
        }
    }
}
