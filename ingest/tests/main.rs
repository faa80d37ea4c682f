//! Ingest on real Apache Kafka, SQLite and PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]

mod catch_up;
mod door;
mod events;
mod exact;
mod faults;
mod gathered;
mod house;
mod sdk;
mod storm;
mod topics;
mod upgrade;
