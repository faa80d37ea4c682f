//! What could not be read, as people read it: where it stood and why. Lists never show its bytes.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::QuarantineId;
use signalbox_domain::names::SourceName;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineLine {
    pub id: QuarantineId,
    pub source: SourceName,
    pub origin: RecordOrigin,
    /// `gap` where records were gone before they could be read: the words say how many.
    pub code: String,
    pub words: String,
    /// Bytes, as they came.
    pub size: u64,
    pub at: Timestamp,
}

/// One row with what stands in it, for whoever keeps the house running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineView {
    pub record: QuarantineLine,
    /// Its beginning as a text; bytes that are none are replaced.
    pub text: String,
    /// Whether more of it is kept than is shown.
    pub is_cut: bool,
}

/// What came of a record that was read again; it is in quarantine no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryResult {
    pub kept: u64,
    pub duplicate: u64,
    pub not_a_signal: u64,
}
