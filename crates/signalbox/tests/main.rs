//! The binary as users run it: what it says, and the exit code it leaves, when things are not as they should be.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is a failed test")]

mod access;
mod bad_input;
mod demo;
mod faces;
mod load;
mod program;
mod remote;
mod scenarios;
mod up;
