//! The conformance suite: every test runs under the same name on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]
#![expect(clippy::disallowed_methods, reason = "a test's tasks end with its own runtime")]

mod conformance;
mod fixture;
mod method_list;
mod open;
mod outage;
mod raw;
mod tables;
