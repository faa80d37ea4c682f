//! A real PostgreSQL server a test, or one a test process with a fresh database a test.
//!
//! It runs from the system's package as an ordinary user, answers on a unix socket in its nest's folder and
//! on no port, and can be killed and restarted. Databases are made through `psql`: only `store` speaks to
//! PostgreSQL by a library.
//!
//! Must never: talk to a server that it did not start. Called by tests of `store`, of the stages and of the
//! whole.

mod database;
mod install;
mod server;

use std::path::PathBuf;

pub use database::Database;
pub use install::{Install, Missing};
pub use server::Server;

use crate::process::ProcessError;
use crate::wait::TimedOut;

/// Why PostgreSQL did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    #[error("finding PostgreSQL")]
    Missing(#[from] Missing),
    #[error("running PostgreSQL's programs")]
    Process(#[from] ProcessError),
    #[error("PostgreSQL ended while starting; the end of its log:\n{tail}")]
    Ended { tail: String },
    #[error("starting PostgreSQL; the end of its log:\n{tail}")]
    NotReady {
        tail: String,
        #[source]
        source: TimedOut,
    },
    #[error("PostgreSQL already runs")]
    AlreadyRuns,
    #[error("running {}", program.display())]
    Psql {
        program: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("PostgreSQL refused {sql:?}: {said}")]
    Refused { sql: String, said: String },
}
