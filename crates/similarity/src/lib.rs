//! Which signals share one cause: stack traces from anything, stable fingerprints, grouping with reasons.
//!
//! ```text
//! text / structured frames ─▶ frames ─▶ normalize ─▶ fingerprint           (stateless: ingest)
//!                                  └──▶ features ─▶ group ─▶ placement     (incremental: planner)
//!                                                     └────▶ explain       (why, feature by feature)
//! ```
//!
//! Pure and deterministic: no IO, no clock, no randomness, bounded time and memory for any input.
//! Never knows a product's names: only languages, runtimes and tools. Called by ingest, planner and the lab.

pub mod explain;
pub mod features;
pub mod fingerprint;
pub mod frames;
pub mod group;
mod hash;
pub mod lab;
pub mod normalize;
