//! The API as its callers meet it: a real listener on a free port of this computer, a real SQLite store behind it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]

mod access;
mod bad_input;
mod cases;
mod giving;
mod hooks;
mod house;
mod projects;
mod runner;
mod sdk;
mod shown;
mod signals;
mod tasks;
