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

mod column;
mod config;
mod error;
mod ledger;
mod method;
mod open;
mod page;
mod statement;
mod step;
mod wakeups;

pub mod automations;
pub mod control;
pub mod decisions;
pub mod dispatcher;
pub mod ingest;
pub mod leases;
pub mod planner;
pub mod quotas;
pub mod retention;
pub mod tables;
pub mod tasks;

pub use config::{Location, StoreConfig};
pub use error::StoreError;
pub use ledger::Ledger;
pub use method::{Method, MethodKind};
pub use open::Store;
pub use page::Page;
pub use wakeups::{PostgresBridge, PostgresSession};
