//! People taken out of what is kept.

use serde::{Deserialize, Serialize};
use signalbox_domain::ids::{ErasureId, QuarantineId};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

/// Who, and where a call before has come to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseAsk {
    /// An id, an e-mail address, or whatever name records have for them.
    pub user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ErasureCursor>,
}

/// Where an erasure goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureCursor {
    pub erasure: ErasureId,
    pub place: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
    #[serde(default)]
    pub seq: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<QuarantineId>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    pub erasure: ErasureLine,
    /// None where it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<ErasureCursor>,
}

/// That somebody was taken out: not who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureLine {
    pub id: ErasureId,
    pub by: String,
    /// A hash of who it was: the same person has the same one.
    pub mark: String,
    pub begun_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Texts that named them: samples of a signal, a title, a brief, a note of a run, an answer, a plan, a reason, a webhook.
    pub texts: u64,
    /// Samples that are gone.
    pub samples: u64,
    /// Sessions under way that are gone.
    pub sessions: u64,
    /// Quarantined records that are gone.
    pub quarantined: u64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasuresAsk {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<ErasureId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
