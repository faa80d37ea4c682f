//! The conformance suite: every test runs under the same name on SQLite and on PostgreSQL.

mod conformance;
mod fixture;
