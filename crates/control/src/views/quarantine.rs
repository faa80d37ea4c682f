//! What could not be read, as people read it: where it stood and why. Its bytes stay sealed and never come here.

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
