//! Which signals share one cause: stack traces from anything, stable fingerprints, grouping with reasons; message
//! templates, click clusters and anomalies beside them.
//!
//! ```text
//! text / structured frames ─▶ frames ─▶ normalize ─▶ fingerprint           (stateless: ingest)
//!                                  └──▶ features ─▶ group ─▶ placement     (incremental: planner)
//!                                                     └────▶ explain       (why, feature by feature)
//! a log line ────▶ templates (mask, mine)      a click ─▶ clicks (route, element)      a value ─▶ anomaly (score)
//! ```
//!
//! Pure and deterministic: no IO, no clock, no randomness, bounded time and memory for any input.
//! Never knows a product's names: only languages, runtimes and tools. Called by ingest, planner and the lab.

pub mod anomaly;
pub mod clicks;
pub mod explain;
pub mod features;
pub mod fingerprint;
pub mod frames;
pub mod group;
mod hash;
pub mod lab;
pub mod lab_streams;
pub mod normalize;
pub mod templates;
