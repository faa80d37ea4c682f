//! An index written down and read back: versioned, and the same bytes for the same signals.
//! A snapshot of another version is refused: the caller rebuilds by observing its signals again.

use super::index::{Case, ProjectIndex};
use super::postings::{Posting, Postings};
use super::score::{SourcePair, Weights};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Raised whenever features, keys or weights change their meaning.
pub const SNAPSHOT_VERSION: u16 = 3;

/// Everything an index knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    version: u16,
    weights: Weights,
    thresholds: Vec<SourcePair>,
    cases: Vec<Case>,
    postings: BTreeMap<u64, Posting>,
    signals: u64,
}

/// Why a snapshot was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    #[error("the snapshot has version {found}, this program reads {SNAPSHOT_VERSION}")]
    Version { found: u16 },
    #[error("a posting names case {case}, but the snapshot has {cases}")]
    UnknownCase { case: u32, cases: usize },
    #[error("the cases of a posting are not in order")]
    Disordered,
}

impl ProjectIndex {
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            version: SNAPSHOT_VERSION,
            weights: self.weights,
            thresholds: self.thresholds.clone(),
            cases: self.cases.clone(),
            postings: self.postings.sorted(),
            signals: self.signals,
        }
    }

    /// Reads a snapshot back; what it says about cases is checked, because it comes from outside.
    pub fn restore(snapshot: Snapshot) -> Result<Self, SnapshotError> {
        if snapshot.version != SNAPSHOT_VERSION {
            return Err(SnapshotError::Version { found: snapshot.version });
        }
        let cases = snapshot.cases.len();
        for posting in snapshot.postings.values().map(Posting::cases) {
            if let Some(case) = posting.iter().find(|case| **case as usize >= cases) {
                return Err(SnapshotError::UnknownCase { case: *case, cases });
            }
            if !posting.is_sorted_by(|one, next| one < next) {
                return Err(SnapshotError::Disordered);
            }
        }
        Ok(Self {
            weights: snapshot.weights,
            thresholds: snapshot.thresholds,
            cases: snapshot.cases,
            postings: Postings::from_sorted(snapshot.postings),
            signals: snapshot.signals,
        })
    }
}
