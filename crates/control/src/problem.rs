//! Why a use case did not do what was asked, in the words that every face shows. The cause stays behind `source`, for the
//! log alone: a database's message is nobody's business outside.

use signalbox_domain::access::Denied;
use signalbox_domain::ids::RunId;
use signalbox_domain::states::IllegalMove;
use signalbox_runtime::SealError;
use signalbox_store::StoreError;

use crate::access::{AccessError, Refused};
use crate::runs::RunsError;
use crate::secrets::SecretError;
use crate::tasks::TaskError;

#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no {what} {name}")]
    Missing { what: &'static str, name: String },
    /// It is there, and what it is now does not allow it.
    #[error("{0}")]
    Conflict(String),
    #[error("the lease on {0} is lost")]
    LeaseLost(RunId),
    #[error("{at}: expected {expected}")]
    Invalid { at: String, expected: String },
    #[error("too many at once: {0}")]
    TooMany(String),
    /// It may work a moment later.
    #[error("what is kept cannot be reached just now; try again")]
    Unavailable(#[source] Option<StoreError>),
    #[error("the disk is full: nothing of this was kept")]
    Full(#[source] StoreError),
    #[error("it failed inside; the log says why")]
    Inside(#[source] StoreError),
    #[error("it failed inside; the log says why")]
    Sealing(#[source] SecretError),
    #[error("it failed inside; the log says why")]
    Sealed(#[from] SealError),
}

impl Problem {
    /// What programs compare; it never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(Refused::Missing) => "no_token",
            Self::Refused(Refused::Unknown) => "unknown_token",
            Self::Refused(Refused::Ended) => "ended_token",
            Self::Denied(_) => "denied",
            Self::Missing { .. } => "not_found",
            Self::Conflict(_) => "conflict",
            Self::LeaseLost(_) => "lease_lost",
            Self::Invalid { .. } => "invalid",
            Self::TooMany(_) => "too_many",
            Self::Unavailable(_) => "unavailable",
            Self::Full(_) => "disk_full",
            Self::Inside(_) | Self::Sealing(_) | Self::Sealed(_) => "internal",
        }
    }

    pub(crate) fn missing(what: &'static str, name: &impl ToString) -> Self {
        Self::Missing { what, name: name.to_string() }
    }

    pub(crate) fn invalid(at: &str, expected: impl Into<String>) -> Self {
        Self::Invalid { at: at.to_owned(), expected: expected.into() }
    }
}

/// The one translation from the store's words to those of a use case.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Illegal(IllegalMove { machine, state, event }) => {
                let (state, event) = (state.replace('_', " "), event.replace('_', " "));
                Self::Conflict(format!("the {machine} is {state}: no move {event:?} leads on from there"))
            }
            StoreError::LeaseLost { run } => Self::LeaseLost(run),
            StoreError::Missing { what, id } => Self::Missing { what, name: id },
            error @ StoreError::AlreadyLive { .. } => Self::Conflict(error.to_string()),
            error if error.is_passing() => Self::Unavailable(Some(error)),
            error @ StoreError::DiskFull { .. } => Self::Full(error),
            error @ StoreError::ReadOnly { .. } => Self::Unavailable(Some(error)),
            error => Self::Inside(error),
        }
    }
}

impl From<AccessError> for Problem {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Refused(refused) => Self::Refused(refused),
            AccessError::Denied(denied) => Self::Denied(denied),
            AccessError::Store(error) => error.into(),
        }
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Denied(denied) => Self::Denied(denied),
            SecretError::Missing(name) => Self::missing("secret", &name),
            SecretError::Store(error) => error.into(),
            error @ SecretError::Seal { .. } => Self::Sealing(error),
        }
    }
}

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::Denied(denied) => Self::Denied(denied),
            TaskError::NoProject(name) => Self::missing("project", &name),
            TaskError::NoRepository(name) => Self::missing("repository", &name),
            TaskError::Title(length) => {
                Self::invalid("title", format!("1 to 500 characters, and some of them visible, not {length}"))
            }
            TaskError::Missing(id) => Self::missing("task", &id),
            TaskError::Store(error) => error.into(),
        }
    }
}

impl From<RunsError> for Problem {
    fn from(error: RunsError) -> Self {
        match error {
            RunsError::Denied(denied) => Self::Denied(denied),
            RunsError::LeaseLost(run) => Self::LeaseLost(run),
            RunsError::Unworkable(..) => Self::Conflict(error.to_string()),
            RunsError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_illegal_move_is_a_conflict_in_plain_words() {
        let illegal = IllegalMove { machine: "task", state: "done", event: "pick_up" };
        let problem = Problem::from(StoreError::Illegal(illegal));
        assert_eq!(problem.code(), "conflict");
        assert_eq!(problem.to_string(), "the task is done: no move \"pick up\" leads on from there");
    }
}
