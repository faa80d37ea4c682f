//! What is kept of an agent that came through, until its run is reported: killed in between, the runner's next attempt goes
//! on from there, and no work is done twice.
//!
//! Written durably into the run's own folder as soon as the agent has ended, before anything of that is told.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use signalbox_workspace::write_durably;

use crate::place::Gathered;

/// The name of the record in a run's folder.
pub(crate) const THROUGH: &str = "through";

/// What is needed to report the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Through {
    /// As the agent printed it, redacted.
    pub(crate) answer: String,
    /// Whether the run's history has all that the agent said.
    pub(crate) told: bool,
    /// In a checkout of the engineer's, who goes on working there: what was changed when the agent ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) in_place: Option<InPlace>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InPlace {
    Nothing,
    Files { branch: String, commit: String, files: u32 },
}

impl Through {
    /// The error is for people.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, String> {
        let path = folder.join(THROUGH);
        let failed = |error: &dyn std::fmt::Display| format!("reading {}: {error}", path.display());
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| failed(&error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(THROUGH);
        let failed = |error: &dyn std::fmt::Display| format!("writing {}: {error}", path.display());
        let text = serde_json::to_vec(self).map_err(|error| failed(&error))?;
        write_durably(&path, &text).map_err(|error| failed(&error))
    }

    /// Before an agent starts anew: what an earlier one did is gone.
    pub(crate) fn forget(folder: &Path) -> Result<(), String> {
        match fs::remove_file(folder.join(THROUGH)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("removing {THROUGH}: {error}"))
            }
            _ => Ok(()),
        }
    }
}

impl InPlace {
    /// None: not in a checkout of the engineer's.
    pub(crate) fn of(gathered: &Gathered) -> Option<Self> {
        match gathered {
            Gathered::Nothing => Some(Self::Nothing),
            Gathered::InPlace { branch, commit, files } => {
                Some(Self::Files { branch: branch.clone(), commit: commit.clone(), files: *files })
            }
            Gathered::Committed(_) => None,
        }
    }

    pub(crate) fn gathered(&self) -> Gathered {
        match self {
            Self::Nothing => Gathered::Nothing,
            Self::Files { branch, commit, files } => {
                Gathered::InPlace { branch: branch.clone(), commit: commit.clone(), files: *files }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_comes_back_and_a_torn_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Through::read(folder.path()).unwrap(), None);
        let files = InPlace::Files { branch: "main".to_owned(), commit: "c".to_owned(), files: 2 };
        for in_place in [None, Some(InPlace::Nothing), Some(files)] {
            let through = Through { answer: "42\n".to_owned(), told: true, in_place };
            through.write(folder.path()).unwrap();
            assert_eq!(Through::read(folder.path()).unwrap(), Some(through));
        }
        fs::write(folder.path().join(THROUGH), "{\"answer\":").unwrap();
        assert!(Through::read(folder.path()).is_err());
        Through::forget(folder.path()).unwrap();
        Through::forget(folder.path()).unwrap();
        assert_eq!(Through::read(folder.path()).unwrap(), None);
    }
}
