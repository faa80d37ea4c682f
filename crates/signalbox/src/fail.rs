//! How a command fails: one clear line and a documented exit code.

use std::error::Error;

use signalbox_control::{AccessError, SecretError};
use signalbox_runtime::{ExitCode, error_chain};
use signalbox_server::ListenError;
use signalbox_store::StoreError;

use crate::settings::SettingsError;
use crate::wiring::file_code;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: ExitCode,
    line: String,
    passing: Passing,
}

/// Whether waiting may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passing {
    Not,
    /// Another program has a lock, which it should not have for long.
    Locked,
    /// What is needed cannot be reached, or another came first.
    Away,
}

impl Failure {
    pub(crate) fn new(code: ExitCode, line: impl Into<String>) -> Self {
        Self { code, line: line.into(), passing: Passing::Not }
    }

    pub(crate) const fn passing(&self) -> Passing {
        self.passing
    }

    fn of(code: ExitCode, error: &(dyn Error + 'static)) -> Self {
        Self::new(code, error_chain(error))
    }

    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    #[expect(clippy::print_stderr, reason = "the one line in which a command says why it failed")]
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("signalbox: {}", self.line);
        self.code
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Self::of(ExitCode::BadConfig, &error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let line = match &error {
            StoreError::HeldByAnother { path } => {
                format!("another server holds {}: use that one, or stop it first", path.display())
            }
            other => error_chain(other),
        };
        let passing = match &error {
            StoreError::Locked { .. } => Passing::Locked,
            passing if passing.is_passing() => Passing::Away,
            _ => Passing::Not,
        };
        Self { passing, ..Self::new(store_code(&error), line) }
    }
}

/// The documented exit code of what can go wrong in the store.
pub(crate) fn store_code(error: &StoreError) -> ExitCode {
    match error {
        StoreError::Unreachable { .. } | StoreError::Lost { .. } => ExitCode::Unreachable,
        StoreError::HeldByAnother { .. } | StoreError::Locked { .. } | StoreError::ReadOnly { .. } => {
            ExitCode::StoreHeld
        }
        StoreError::File { source, .. } => match file_code(source) {
            ExitCode::BadConfig => ExitCode::Failure,
            code => code,
        },
        StoreError::Newer { .. } => ExitCode::StoreNewer,
        StoreError::DiskFull { .. } => ExitCode::DiskFull,
        StoreError::Password(_) => ExitCode::BadConfig,
        _ => ExitCode::Failure,
    }
}

impl From<ListenError> for Failure {
    fn from(error: ListenError) -> Self {
        Self::of(ExitCode::Failure, &error)
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Store(error) => error.into(),
            other => Self::of(ExitCode::Failure, &other),
        }
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => error.into(),
            other => Self::of(ExitCode::Failure, &other),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::of(ExitCode::Failure, &error)
    }
}
