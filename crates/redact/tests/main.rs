//! What callers rely on: nothing planted survives, nothing harmless changes, a stream equals the whole, configurations
//! are checked. Samples of secrets are put together here, so that no scanner takes this repository for a leak.
#![expect(clippy::unwrap_used, reason = "a test whose preparation fails has failed")]

mod config;
mod false_positives;
mod generators;
mod properties;
mod stream;
