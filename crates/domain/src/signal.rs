//! A signal: one distinct hint from one source. Further records of it fold in; it is what cases are made of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::Form;
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
    pub worth: Worth,
}

/// What decides whether a sample is kept. It is of the whole record, before anything was taken out of it, so that most
/// records need not be made into samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worth {
    pub at: Timestamp,
    /// A hash of what the record says: chance that is the same on every run.
    pub rank: u64,
    /// How much it tells.
    pub richness: u32,
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

/// The rank of a record that says this: the same on every machine and in every version, which the standard hasher does
/// not promise.
pub fn rank<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        let (words, rest) = part.as_chunks::<8>();
        hash = words.iter().fold(hash, |hash, word| mix(hash, u64::from_le_bytes(*word)));
        let last = rest.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte));
        // The length keeps parts apart.
        hash = mix(mix(hash, last), part.len() as u64);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ (hash >> 31)
}

/// How many samples a signal keeps by their rank alone; the first, the newest and the richest come on top.
pub const SAMPLES_BY_RANK: usize = 4;
/// So that the newest sample is not written anew with each record.
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// Those worth keeping, the richest first: what any order and any split into batches ends with. The newest is one of the
/// newest hour.
pub fn worth_keeping<T>(items: impl IntoIterator<Item = (Worth, T)>) -> Vec<(Worth, T)> {
    let mut ranked: BTreeMap<u64, (Worth, T)> = BTreeMap::new();
    for (worth, item) in items {
        ranked.entry(worth.rank).or_insert((worth, item));
    }
    let worths = || ranked.values().map(|(worth, _)| *worth);
    let hour = |worth: &Worth| worth.at.micros().div_euclid(MICROS_PER_HOUR);
    let first = worths().min_by_key(|worth| (worth.at, worth.rank));
    let newest = worths().max_by_key(|worth| (hour(worth), Reverse(worth.rank)));
    let richest = worths().max_by_key(|worth| (worth.richness, Reverse(worth.rank)));
    let named: BTreeSet<u64> =
        [first, newest, richest].into_iter().flatten().map(|worth| worth.rank).collect();
    let mut place = 0;
    ranked.retain(|rank, _| {
        place += 1;
        place <= SAMPLES_BY_RANK || named.contains(rank)
    });
    let leading = richest.and_then(|worth| ranked.remove(&worth.rank));
    leading.into_iter().chain(ranked.into_values()).collect()
}

/// The samples that a signal keeps of those it has and some new ones. None when nothing changes.
pub fn keep_samples<'a>(
    kept: &'a [Sample],
    new: impl IntoIterator<Item = &'a Sample>,
) -> Option<Vec<Sample>> {
    let all = kept.iter().chain(new).map(|sample| (sample.worth, sample));
    let chosen = worth_keeping(all);
    let is_same =
        chosen.len() == kept.len() && chosen.iter().zip(kept).all(|((worth, _), kept)| *worth == kept.worth);
    (!is_same).then(|| chosen.into_iter().map(|(_, sample)| sample.clone()).collect())
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

    fn sample(rank: u64, hours: i64, richness: u32) -> Sample {
        Sample {
            occurred_at: Timestamp::EPOCH,
            title: Sourced::stranger("t".to_owned()),
            text: Sourced::stranger(format!("record {rank}")),
            frames: Vec::new(),
            release: None,
            environment: None,
            route: None,
            links: Vec::new(),
            attributes: serde_json::Map::new(),
            redacted: Vec::new(),
            worth: Worth { at: Timestamp::from_micros(hours * MICROS_PER_HOUR), rank, richness },
        }
    }

    fn ranks(samples: &[Sample]) -> Vec<u64> {
        samples.iter().map(|sample| sample.worth.rank).collect()
    }

    #[test]
    fn any_order_and_any_split_keep_the_same_samples() {
        // Ranks 0 to 39; the first is 39, the richest 20, the newest hour has 30 and 31.
        let at = |rank| match rank {
            39 => 0,
            30 | 31 => 90,
            rank => 10 + i64::try_from(rank % 7).unwrap(),
        };
        let all: Vec<Sample> = (0..40).map(|rank| sample(rank, at(rank), u32::from(rank == 20))).collect();
        let whole = keep_samples(&[], &all).unwrap();
        assert_eq!(ranks(&whole), [20, 0, 1, 2, 3, 30, 39]);
        for size in [1, 3, 7] {
            let fold = |kept: Vec<Sample>, batch: &[Sample]| keep_samples(&kept, batch).unwrap_or(kept);
            assert_eq!(all.chunks(size).fold(Vec::new(), fold), whole, "{size}");
            let turned: Vec<Sample> = all.iter().rev().cloned().collect();
            assert_eq!(turned.chunks(size).fold(Vec::new(), fold), whole, "{size}, backwards");
        }
    }

    #[test]
    fn a_rank_is_what_a_record_says() {
        let of = |parts: &[&str]| rank(parts.iter().map(|part| part.as_bytes()));
        // Kept beside samples: another one would choose others.
        assert_eq!(of(&["expected a price", "got none"]), 0x7978_22ce_3ebf_5603);
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a", ""]), of(&["a"]));
    }

    #[test]
    fn what_changes_nothing_is_not_written() {
        let kept = vec![sample(1, 0, 0)];
        assert_eq!(keep_samples(&kept, &[sample(1, 0, 0)]), None);
        assert!(keep_samples(&kept, &[sample(2, 0, 0)]).is_some());
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
