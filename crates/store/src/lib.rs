//! The store: all SQL of Signalbox, and the only crate that knows sqlx.
//!
//! ```text
//!   a stage ──▶ Store::noun_verb(…) ──▶ Step: one transaction ──▶ statements (queries/OWNER/NAME.{sqlite,postgres}.sql)
//!                                          │
//!                                          └ commit, or nothing happened
//! ```
//!
//! One method is one transaction and one step of the story. One module has one owner, and only that owner writes
//! its tables (ARCHITECTURE.md lists them). Time and ids come in as arguments; nothing here reads a clock or draws an
//! id. SQLite and PostgreSQL differ in their statement files and in `open`; the difference never leaves this crate.

#![cfg_attr(
    not(all(feature = "sqlite", feature = "postgres")),
    allow(
        dead_code,
        unused_imports,
        reason = "built for one database, or none, only while statements are checked"
    )
)]

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod column;
mod config;
mod error;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod ledger;
mod many;
mod method;
mod open;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod page;
mod reach;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod statement;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod step;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod wakeups;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod automations;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod control;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod decisions;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod dispatcher;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod erasure;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod ingest;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod leases;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod planner;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod quotas;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod retention;
pub mod tables;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod tasks;

pub use config::{Location, StoreConfig};
pub use error::StoreError;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use ledger::Ledger;
pub use method::{Method, MethodKind};
pub use open::Store;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use page::Page;
pub use reach::Reached;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub use wakeups::{PostgresBridge, PostgresSession};
