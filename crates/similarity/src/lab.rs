//! The lab's commands as functions from one row to one row: measuring without a server.
//! Streaming: row n sees rows up to n only. Never reads or writes anything itself; the binary does.

use crate::fingerprint::{Identity, UpstreamPolicy, fingerprint};
use crate::frames::{self, StackMeaning};
use serde::{Deserialize, Serialize};

/// A row of `lab fingerprint`.
#[derive(Debug, Deserialize)]
pub struct FingerprintRow {
    pub id: String,
    pub text: String,
}

/// Its answer.
#[derive(Debug, Serialize)]
pub struct FingerprintAnswer {
    pub id: String,
    pub kind: Option<String>,
    /// The crash state: most relevant first.
    pub frames: Vec<String>,
    pub fingerprint: String,
}

/// `lab fingerprint`, one row.
#[must_use]
pub fn fingerprint_row(row: FingerprintRow) -> FingerprintAnswer {
    let trace = frames::parse(&row.text);
    let title = row.text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let identity = Identity {
        source: "lab",
        kind: "",
        title,
        trace: trace.as_ref(),
        upstream: None,
        policy: UpstreamPolicy::Honour,
    };
    let key = fingerprint(&identity);
    let failed = trace.as_ref().filter(|t| t.stack != StackMeaning::NoFailure || t.frames.len() > 1);
    FingerprintAnswer {
        id: row.id,
        kind: failed.and_then(|t| t.kind.clone()),
        frames: failed.map(|t| t.state.clone()).unwrap_or_default(),
        fingerprint: key.to_string(),
    }
}
