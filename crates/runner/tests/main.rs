//! The runner with real git and real processes; the other side of its port is a small dispatcher in memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a fixture that fails fails its test")]

mod answers;
mod bad_input;
mod cloud;
mod dispatcher;
mod fixture;
mod killed;
mod leases;
mod modes;
mod notes;
mod tidy;
