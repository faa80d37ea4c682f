//! A quota: a limit that spans processes. The counter lives in the store; a process shapes the share it has leased.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::names::Label;

/// So many units in each window; windows begin at multiples of their length since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaLimit {
    pub name: Label,
    pub units: u64,
    pub window: Duration,
}
