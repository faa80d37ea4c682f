//! End to end: one signal all the way through, on real Kafka, both databases and real git; the same with the process
//! killed at every line that writes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what goes wrong in a test is a failed test")]

mod agents;
mod briefs;
mod browser;
mod crash;
mod entrances;
mod events;
mod firings;
mod hooks;
mod http;
mod load;
mod path;
mod place;
mod sdks;
mod tally;
