//! A signal: one distinct hint from one source. Further records of it fold in; it is what cases are made of.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::{Form, FormError, to_form};
use crate::ids::{ProjectId, SignalId};
use crate::names::{Label, SignalKind};
use crate::provenance::Sourced;
use crate::time::Timestamp;

/// The family of sources a signal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFamily {
    ErrorTracking,
    SessionReplay,
    ProductAnalytics,
    Experiments,
    WebAnalytics,
    Logs,
    Alerts,
    Support,
    Ci,
    Dependency,
    Custom,
}

impl SourceFamily {
    pub const ALL: [Self; 11] = [
        Self::ErrorTracking,
        Self::SessionReplay,
        Self::ProductAnalytics,
        Self::Experiments,
        Self::WebAnalytics,
        Self::Logs,
        Self::Alerts,
        Self::Support,
        Self::Ci,
        Self::Dependency,
        Self::Custom,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::ErrorTracking => "error_tracking",
            Self::SessionReplay => "session_replay",
            Self::ProductAnalytics => "product_analytics",
            Self::Experiments => "experiments",
            Self::WebAnalytics => "web_analytics",
            Self::Logs => "logs",
            Self::Alerts => "alerts",
            Self::Support => "support",
            Self::Ci => "ci",
            Self::Dependency => "dependency",
            Self::Custom => "custom",
        }
    }

    /// A family that is not known by name is somebody's own.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|family| family.name() == name).unwrap_or(Self::Custom)
    }
}

impl fmt::Display for SourceFamily {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What makes two records one signal. Its version is that of the method, so that an upgrade makes aliases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint {
    pub version: u16,
    pub key: String,
}

/// The key of a signal: no two signals share it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SignalKey {
    pub project: ProjectId,
    pub family: SourceFamily,
    pub kind: SignalKind,
    pub fingerprint: Fingerprint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Error,
    Fatal,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Fatal];

    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// Why a signal makes no task although it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldReason {
    HistoricalMigration,
    TooOld,
    DevelopmentHost,
    UpstreamResolved,
    UpstreamArchived,
    UpstreamAssigned,
    /// It was seen on a branch that is not the default one: work that goes on.
    OtherBranch,
}

/// What a further record does to the hold of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldChange {
    Stays,
    /// Unless a later record has said otherwise.
    IfNewest,
    Always,
}

impl HoldReason {
    /// Whether it is about one record alone, and not about what its sender thinks of all of it.
    pub fn is_of_record(self) -> bool {
        match self {
            Self::HistoricalMigration | Self::TooOld | Self::DevelopmentHost | Self::OtherBranch => true,
            Self::UpstreamResolved | Self::UpstreamArchived | Self::UpstreamAssigned => false,
        }
    }

    /// What a record that says `new` does to a signal of which others have said `known`.
    pub fn change(known: Option<Self>, new: Option<Self>) -> HoldChange {
        match (known, new) {
            (known, new) if known == new => HoldChange::Stays,
            (_, Some(new)) if new.is_of_record() => HoldChange::Stays,
            (Some(known), _) if known.is_of_record() => HoldChange::Always,
            _ => HoldChange::IfNewest,
        }
    }

    pub const ALL: [Self; 7] = [
        Self::HistoricalMigration,
        Self::TooOld,
        Self::DevelopmentHost,
        Self::UpstreamResolved,
        Self::UpstreamArchived,
        Self::UpstreamAssigned,
        Self::OtherBranch,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::HistoricalMigration => "historical_migration",
            Self::TooOld => "too_old",
            Self::DevelopmentHost => "development_host",
            Self::UpstreamResolved => "upstream_resolved",
            Self::UpstreamArchived => "upstream_archived",
            Self::UpstreamAssigned => "upstream_assigned",
            Self::OtherBranch => "other_branch",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// One frame of a stack, as its sender wrote it (redacted), the crashing one first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frame {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_app: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub label: String,
    pub url: String,
}

/// One record of a signal, redacted, kept as an example of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    pub occurred_at: Timestamp,
    pub title: Sourced<String>,
    pub text: Sourced<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frames: Vec<Frame>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Sourced<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Sourced<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Sourced<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Sourced<Link>>,
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub attributes: serde_json::Map<String, serde_json::Value>,
    /// Which rules of `redact` took something out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<Label>,
}

impl Form for Sample {
    const NAME: &'static str = "sample";
    const VERSION: u16 = 1;
}

/// The samples of a signal, as they are kept together.
impl Form for Vec<Sample> {
    const NAME: &'static str = "samples";
    const VERSION: u16 = 1;
}

/// How many samples a signal keeps.
pub const SAMPLES_KEPT: usize = 4;

/// The samples that a signal keeps of those it has and some new ones: chosen by hash, not by chance or arrival, so
/// that any order and any split into batches keeps the same ones. None when nothing changes.
pub fn keep_samples(kept: &[Sample], new: &[Sample]) -> Result<Option<Vec<Sample>>, FormError> {
    let mut ranked = BTreeMap::new();
    for sample in kept.iter().chain(new) {
        let text = to_form(sample)?;
        ranked.insert((hash(&text), text), sample);
    }
    let chosen: Vec<Sample> = ranked.into_values().take(SAMPLES_KEPT).cloned().collect();
    Ok((chosen != kept).then_some(chosen))
}

/// FNV-1a, 64 bits: stable over versions and machines, which the standard hasher does not promise.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A signal as the planner and people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    pub id: SignalId,
    pub key: SignalKey,
    pub title: Sourced<String>,
    pub severity: Severity,
    pub count: u64,
    /// Distinct users, estimated; none where no record named one.
    pub users: Option<u64>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldReason>,
    /// The repository that its sender named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<Sourced<String>>,
    /// Raised by ingest with each change; a plan writes back the one it read.
    pub revision: i64,
    pub planned_revision: i64,
}

impl Form for Signal {
    const NAME: &'static str = "signal";
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(text: &str) -> Sample {
        Sample {
            occurred_at: Timestamp::EPOCH,
            title: Sourced::stranger("t".to_owned()),
            text: Sourced::stranger(text.to_owned()),
            frames: Vec::new(),
            release: None,
            environment: None,
            route: None,
            links: Vec::new(),
            attributes: serde_json::Map::new(),
            redacted: Vec::new(),
        }
    }

    fn keep_all<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<Sample> {
        texts.fold(Vec::new(), |kept, text| keep_samples(&kept, &[sample(text)]).unwrap().unwrap_or(kept))
    }

    #[test]
    fn any_order_keeps_the_same_samples() {
        let texts: Vec<String> = (0..40).map(|n| format!("record {n}")).collect();
        let forwards = keep_all(texts.iter());
        assert_eq!(forwards.len(), SAMPLES_KEPT);
        assert_eq!(keep_all(texts.iter().rev()), forwards);
    }

    #[test]
    fn what_changes_nothing_is_not_written() {
        let kept = vec![sample("a")];
        assert_eq!(keep_samples(&kept, &[sample("a")]).unwrap(), None);
        assert!(keep_samples(&kept, &[sample("b")]).unwrap().is_some());
    }

    #[test]
    fn what_comes_last_says_whether_a_signal_is_held() {
        use HoldReason::{DevelopmentHost, HistoricalMigration, UpstreamAssigned, UpstreamResolved};
        for (known, new, change) in [
            (None, None, HoldChange::Stays),
            (None, Some(UpstreamResolved), HoldChange::IfNewest),
            (Some(UpstreamResolved), None, HoldChange::IfNewest),
            (Some(UpstreamResolved), Some(UpstreamAssigned), HoldChange::IfNewest),
            (Some(UpstreamResolved), Some(UpstreamResolved), HoldChange::Stays),
            (None, Some(DevelopmentHost), HoldChange::Stays),
            (Some(UpstreamResolved), Some(HistoricalMigration), HoldChange::Stays),
            (Some(DevelopmentHost), Some(HistoricalMigration), HoldChange::Stays),
            (Some(DevelopmentHost), None, HoldChange::Always),
            (Some(HistoricalMigration), Some(UpstreamResolved), HoldChange::Always),
        ] {
            assert_eq!(HoldReason::change(known, new), change, "{known:?} {new:?}");
        }
    }

    #[test]
    fn names_come_back() {
        for family in SourceFamily::ALL {
            assert_eq!(SourceFamily::from_name(family.name()), family);
        }
        assert_eq!(SourceFamily::from_name("our-own"), SourceFamily::Custom);
        for reason in HoldReason::ALL {
            assert_eq!(HoldReason::from_name(reason.name()), Some(reason));
        }
        for severity in Severity::ALL {
            assert_eq!(Severity::from_name(severity.name()), Some(severity));
        }
    }
}
