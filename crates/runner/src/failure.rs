//! From errors to the typed failures of an outcome.

use std::error::Error;

use signalbox_domain::outcome::Failure;
use signalbox_redact::Redactor;
use signalbox_runtime::error_chain;
use signalbox_workspace::WorkspaceError;

/// More of a detail helps nobody.
const LONGEST_DETAIL: usize = 2_000;
const LONGEST_NAME: usize = 200;

/// An error with its causes, redacted: locations and what git printed may hold credentials.
pub(crate) fn detail(error: &(dyn Error + 'static), redact: &Redactor) -> String {
    redact.text(&error_chain(error)).text.chars().take(LONGEST_DETAIL).collect()
}

/// Why a place could not be prepared.
pub(crate) fn of_workspace(error: &WorkspaceError, redact: &Redactor) -> Failure {
    let detail = detail(error, redact);
    match error {
        WorkspaceError::RepositoryMissing { .. } => Failure::RepositoryMissing { detail },
        WorkspaceError::BranchName { .. } | WorkspaceError::NoWorkingTree { .. } => {
            Failure::Refused { detail }
        }
        _ => Failure::WorkspaceFailed { detail },
    }
}

/// Why the changes of an agent could not be gathered.
pub(crate) fn of_gathering(error: &WorkspaceError, redact: &Redactor) -> Failure {
    match error {
        WorkspaceError::UnbornRepository { folder } => {
            Failure::NestedRepository { folders: vec![named(folder, redact)] }
        }
        _ => of_workspace(error, redact),
    }
}

/// A folder that an agent named.
pub(crate) fn named(folder: &str, redact: &Redactor) -> String {
    redact.text(folder).text.chars().take(LONGEST_NAME).collect()
}
