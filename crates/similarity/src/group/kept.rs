//! One case of an index written down and read back by itself: what lies beside the case in a store, so that any process
//! builds the same index from the cases alone. A text of another version is refused: the caller tells the case anew from
//! its signals.

use super::index::{Case, CaseId, ProjectIndex, keys};
use super::members::UnknownCase;
use super::snapshot::SNAPSHOT_VERSION;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct Written<'a> {
    version: u16,
    case: &'a Case,
}

#[derive(Deserialize)]
struct Version {
    version: u16,
}

#[derive(Deserialize)]
struct Kept {
    case: Case,
}

/// Why a case was not written down or read back.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    #[error(transparent)]
    Unknown(#[from] UnknownCase),
    #[error("what is kept of the case is not readable")]
    Unreadable(#[source] serde_json::Error),
    #[error("what is kept of the case has version {found}, this program reads {SNAPSHOT_VERSION}")]
    Version { found: u16 },
    #[error("writing down what is kept of the case")]
    Write(#[source] serde_json::Error),
}

impl ProjectIndex {
    /// All that the index keeps of a case, as a text.
    pub fn kept(&self, case: CaseId) -> Result<String, KeptError> {
        let known = self.cases.get(case.0 as usize).ok_or(UnknownCase { case })?;
        let written = Written { version: SNAPSHOT_VERSION, case: known };
        serde_json::to_string(&written).map_err(KeptError::Write)
    }

    /// Opens a case as it was written down.
    pub fn open_kept(&mut self, text: &str) -> Result<CaseId, KeptError> {
        let found = serde_json::from_str::<Version>(text).map_err(KeptError::Unreadable)?.version;
        if found != SNAPSHOT_VERSION {
            return Err(KeptError::Version { found });
        }
        let Kept { case } = serde_json::from_str(text).map_err(KeptError::Unreadable)?;
        let id = CaseId(u32::try_from(self.cases.len()).unwrap_or(u32::MAX));
        self.signals = self.signals.saturating_add(case.members);
        for key in case.exemplars.iter().flat_map(keys) {
            self.postings.add(key, id.0);
        }
        self.cases.push(case);
        Ok(id)
    }
}
