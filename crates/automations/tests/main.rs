//! The automations' pass on both databases.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]

mod fixture;
mod pass;
