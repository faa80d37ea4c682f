//! What can go wrong in the store, as callers need to tell it apart. sqlx's errors are translated here and nowhere
//! else.

use std::path::PathBuf;

use signalbox_domain::form::FormError;
use signalbox_domain::ids::{RunId, TaskId};
use signalbox_domain::names::NameError;
use signalbox_domain::states::{IllegalMove, UnknownState};

use signalbox_runtime::SecretRefError;

use crate::Method;
use crate::config::Location;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot reach the database at {location}")]
    Unreachable { location: Location, source: sqlx::Error },
    /// It answered, or lies there, and is nothing that this program may or can use.
    #[error("the database at {location} cannot be used")]
    Refused { location: Location, source: sqlx::Error },
    #[error("the password of the database")]
    Password(#[from] SecretRefError),
    #[error("the database was unreachable in {method}")]
    Lost { method: Method, source: sqlx::Error },
    #[error(
        "the database was written by a newer program (its migration {found}; this program knows up to {newest})"
    )]
    Newer { found: i64, newest: i64 },
    #[error("bringing the database up to date")]
    Migrate { source: sqlx::migrate::MigrateError },
    #[error("another server holds {}", path.display())]
    HeldByAnother { path: PathBuf },
    #[error("{} has another name too (a hard link), and would be opened twice: remove the other", path.display())]
    SecondName { path: PathBuf },
    #[error("cannot make or open {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("the database is locked by another program ({method})")]
    Locked { method: Method, source: sqlx::Error },
    #[error("the database can only be read ({method})")]
    ReadOnly { method: Method, source: sqlx::Error },
    #[error("the disk of the database is full ({method})")]
    DiskFull { method: Method, source: sqlx::Error },
    /// Two transactions stood in each other's way; the caller's next pass is the retry.
    #[error("another transaction came first ({method})")]
    Contended { method: Method, source: sqlx::Error },
    #[error("the database refused {method}")]
    Database { method: Method, source: sqlx::Error },
    #[error("a kept {what} cannot be read")]
    Damaged { what: &'static str, source: DamageSource },
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// Another holder, or nobody, has the run: the caller's token changes nothing.
    #[error("the lease on {run} is lost")]
    LeaseLost { run: RunId },
    /// Its id is taken, or others came and went faster than it could get in.
    #[error("{task} could not be opened")]
    InTheWay { task: TaskId },
    /// A task that ended may not come to life beside the live one of its case generation (invariant 5).
    #[error("{task} cannot come to life again: {live} works on the same case")]
    AlreadyLive { task: TaskId, live: TaskId },
    #[error("there is no {what} {id}")]
    Missing { what: &'static str, id: String },
}

/// What was found in a row that no program of ours writes.
#[derive(Debug, thiserror::Error)]
pub enum DamageSource {
    #[error(transparent)]
    Form(#[from] FormError),
    #[error(transparent)]
    State(#[from] UnknownState),
    #[error(transparent)]
    Name(#[from] NameError),
    #[error("{0:?} is out of range or unknown")]
    Value(String),
}

impl StoreError {
    /// The one translation: from the driver's words to ours.
    pub(crate) fn from_sqlx(method: Method, source: sqlx::Error) -> Self {
        match kind_of(&source) {
            Kind::Locked => Self::Locked { method, source },
            Kind::ReadOnly => Self::ReadOnly { method, source },
            Kind::DiskFull => Self::DiskFull { method, source },
            Kind::Contended => Self::Contended { method, source },
            Kind::Gone => Self::Lost { method, source },
            Kind::Other => Self::Database { method, source },
        }
    }

    pub(crate) fn damaged(what: &'static str, source: impl Into<DamageSource>) -> Self {
        Self::Damaged { what, source: source.into() }
    }

    /// For a write that looked before whether its place is free: who has taken it since came first.
    pub(crate) fn contended_if_taken(self) -> Self {
        match self {
            Self::Database { method, source }
                if source
                    .as_database_error()
                    .is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
            {
                Self::Contended { method, source }
            }
            other => other,
        }
    }

    /// The same call may succeed a moment later, with nothing else changed.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::Lost { .. } | Self::Locked { .. } | Self::Contended { .. }
        )
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Locked,
    ReadOnly,
    DiskFull,
    Contended,
    Gone,
    Other,
}

pub(crate) fn kind_of(error: &sqlx::Error) -> Kind {
    match error {
        sqlx::Error::Database(database) => database.code().map_or(Kind::Other, |code| kind_of_code(&code)),
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_) => Kind::Gone,
        _ => Kind::Other,
    }
}

/// SQLite's extended result codes are numbers, whose lowest byte is the primary code; PostgreSQL's SQLSTATE has
/// five letters.
fn kind_of_code(code: &str) -> Kind {
    if code.len() == 5 {
        return match code {
            "40001" | "40P01" | "55P03" => Kind::Contended,
            "53100" => Kind::DiskFull,
            "25006" => Kind::ReadOnly,
            "57P01" | "57P02" | "57P03" | "53300" => Kind::Gone,
            _ if code.starts_with("08") => Kind::Gone,
            _ => Kind::Other,
        };
    }
    // SQLITE_IOERR_SHMSIZE: the index beside the log could not be made as large as it has to be.
    if code == "4874" {
        return Kind::DiskFull;
    }
    match code.parse::<u32>().map(|number| number & 0xff) {
        Ok(5 | 6) => Kind::Locked,
        Ok(8) => Kind::ReadOnly,
        Ok(13) => Kind::DiskFull,
        Ok(10 | 14) => Kind::Gone,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_databases() {
        for (code, kind) in [
            ("5", Kind::Locked),
            ("261", Kind::Locked),
            ("8", Kind::ReadOnly),
            ("1032", Kind::ReadOnly),
            ("13", Kind::DiskFull),
            ("4874", Kind::DiskFull),
            ("14", Kind::Gone),
            ("2067", Kind::Other),
            ("40001", Kind::Contended),
            ("53100", Kind::DiskFull),
            ("57P01", Kind::Gone),
            ("08006", Kind::Gone),
            ("23505", Kind::Other),
        ] {
            assert_eq!(kind_of_code(code), kind, "{code}");
        }
    }
}
