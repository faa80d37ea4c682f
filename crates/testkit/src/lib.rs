//! Real parts for tests: Apache Kafka, PostgreSQL, git repositories, and any other program that a test must be
//! able to kill.
//!
//! ```text
//!  require(Part) ──▶ Some(Present) ──▶ kafka::Cluster::start / postgres::Server::start
//!       │                                   │
//!       └─▶ None: said in one line,         ▼
//!           or a failure under           process::Nest ── a folder, and a watchdog that waits for this process to end
//!           SIGNALBOX_TESTS=all             │
//!                                           └─▶ process::Supervised, one a program: kill, stop, wait, its log
//! ```
//!
//! What holds, whatever becomes of the test process (it returns, panics, is killed): its parts end and their
//! folders go away. Nothing is shared between two runs: every part has its own folder, and ports or sockets
//! of its own.
//!
//! Never here: an imitation of a part. Where the real one is missing a test is left out aloud or fails;
//! nothing stands in for it. Called by tests of every crate, and by `signalbox-parts`, which holds parts for
//! trying things by hand.

mod availability;
pub mod git;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod postgres;
pub mod process;
pub mod sdks;
mod wait;

pub use availability::{Part, Present, require};
pub use wait::{TimedOut, timed, wait_for, wait_until, wait_until_async};
