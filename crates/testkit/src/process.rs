//! Programs that a test starts and must be rid of afterwards, whatever becomes of the test.
//!
//! ```text
//!  test process ──pipe──▶ watchdog (sh, in its own session)
//!       │                    │ the pipe closes: the nest was dropped, or this process ended in any way
//!       └─ Supervised        ▼
//!          Supervised …   kill -9 all that belong to the nest ──▶ farewell ──▶ rm -rf the folder
//! ```
//!
//! There is one way to clean up, and the ordinary end of a test takes it too: what is needed after a crash is
//! tried all the time. A parent-death signal would be shorter and wrong: it fires when the *thread* that
//! started the program ends, and the test harness runs each test on a thread of its own.
//!
//! Must never: reach a process that is not of its nest, or leave one behind. Called by `kafka`, `postgres`
//! and by tests of agents.

mod account;
mod nest;
mod supervised;

use std::path::PathBuf;
use std::time::Duration;

pub use account::Account;
pub use nest::{Nest, lives, members_of};
pub use supervised::Supervised;

use crate::wait::TimedOut;

/// Marks the processes of a nest: its value is the name of the nest's folder. Children inherit it.
pub const NEST_MARK: &str = "SIGNALBOX_NEST";

/// Why a program could not be started, ended or waited for.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("starting the watchdog")]
    Watchdog(#[source] std::io::Error),
    #[error("the watchdog made no folder in {}", base.display())]
    NoFolder { base: PathBuf },
    #[error("writing {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("starting {name}")]
    Start {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("sending {signal} to {name}")]
    Signal {
        name: String,
        signal: &'static str,
        #[source]
        source: rustix::io::Errno,
    },
    #[error("waiting for the end of {name}")]
    Wait {
        name: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{name} did not end within {patience:?}; the end of its log:\n{tail}")]
    TooSlow { name: String, patience: Duration, tail: String },
    #[error("{name} ended with {status}; the end of its log:\n{tail}")]
    Failed { name: String, status: std::process::ExitStatus, tail: String },
    #[error("listing the processes of {nest}")]
    Members {
        nest: String,
        #[source]
        source: std::io::Error,
    },
    #[error("ending the processes of a nest")]
    NotEnded(#[source] TimedOut),
    #[error("reading {}", path.display())]
    Accounts {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("this process is root, and /etc/passwd has none of {wanted} to run as instead")]
    NoOrdinaryAccount { wanted: String },
}

/// Tells the person at the terminal something, past the test harness, which swallows what passing tests
/// print.
pub(crate) fn tell(line: &str) {
    use std::io::Write;
    // A closed stderr leaves nobody to tell it to.
    drop(std::io::stderr().write_all(format!("{line}\n").as_bytes()));
}
