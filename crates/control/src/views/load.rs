//! Records of a file on their way in, and what came of them.

use serde::{Deserialize, Serialize};
use signalbox_domain::names::ProjectName;

/// Some records of a file, in order; without any it is only asked where the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadAsk {
    /// The name of a format.
    pub format: String,
    pub project: ProjectName,
    /// What the file is known by, so that a load that was cut off goes on; none for one that cannot be known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The number of the first of these records in the file.
    #[serde(default)]
    pub from: u64,
    #[serde(default)]
    pub records: Vec<LoadRecord>,
}

/// A record as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LoadRecord {
    Text(String),
    /// Bytes that are no text, in base64.
    Bytes {
        base64: String,
    },
}

/// What came of records that were loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadResult {
    /// The number of the record that comes next in the file.
    pub next: u64,
    /// False where the file is at another place than `from` said: nothing was taken.
    pub taken: bool,
    /// The sum of the six after it.
    pub read: u64,
    pub kept: u64,
    pub held: u64,
    pub overflow: u64,
    pub not_a_signal: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub new_signals: u64,
}
