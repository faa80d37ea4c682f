//! Anomalies of a metric: thresholds, and a streaming detector with a score in 0..1.
//!
//! ```text
//! records ─▶ rate (counts a bucket) ─┐
//! analytics points ──────────────────┴▶ detector ─▶ verdict (score, evidence, expected, or why not scored)
//!                                       │ atlas: has this (value, level) been seen?   tail: how rare is the distance?
//!                                       │ season: what is usual at this hour?         calm: one alarm an event
//!                                       └ all state is serde, versioned and bounded
//! points ─▶ threshold ─▶ breach begun / goes on / ended
//! ```
//!
//! Pure and deterministic: time comes with the points. A detector never looks at other streams and never learns from
//! what it cannot place (not finite, late, repeated). Called by ingest for each signal's rate and by the planner for
//! analytics points; nothing here decides whether a case is opened.

mod atlas;
mod calm;
mod detector;
mod exact;
mod rate;
mod season;
mod tail;
mod threshold;

pub use detector::{DETECTOR_VERSION, Detector, DetectorConfig, DetectorError, Evidence, Unscored, Verdict};
pub use rate::{Bucket, RateMeter};
pub use threshold::{Bound, Breach, ThresholdRule, ThresholdState};

#[cfg(test)]
mod tests;
