//! From errors to the typed failures of an outcome.

use std::error::Error;

use signalbox_domain::outcome::Failure;
use signalbox_redact::Redactor;
use signalbox_runtime::error_chain;
use signalbox_workspace::WorkspaceError;

/// More of a detail helps nobody.
const LONGEST_DETAIL: usize = 2_000;

/// An error with its causes, redacted: locations and what git printed may hold credentials.
pub(crate) fn detail(error: &(dyn Error + 'static), redact: &Redactor) -> String {
    redact.text(&error_chain(error)).text.chars().take(LONGEST_DETAIL).collect()
}

/// Why a place could not be prepared, or its changes not be gathered.
pub(crate) fn of_workspace(error: &WorkspaceError, redact: &Redactor) -> Failure {
    let detail = detail(error, redact);
    match error {
        WorkspaceError::RepositoryMissing { .. } => Failure::RepositoryMissing { detail },
        WorkspaceError::BranchName { .. } => Failure::Refused { detail },
        _ => Failure::WorkspaceFailed { detail },
    }
}
