//! Up to where partitions were read, as people see and move it.

use serde::{Deserialize, Serialize};
use signalbox_domain::names::SourceName;
use signalbox_domain::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionLine {
    pub source: SourceName,
    pub topic: String,
    pub partition: i32,
    /// The offset after the last one whose signals are kept.
    pub next: i64,
    pub changed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeekAsk {
    pub source: SourceName,
    pub topic: String,
    pub partition: i32,
    /// The offset to read next.
    pub to: i64,
}
