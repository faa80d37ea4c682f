//! Ingest on real Apache Kafka, SQLite and PostgreSQL.

mod door;
mod events;
mod exact;
mod faults;
mod house;
