//! Rage and dead clicks: which element of which page does not answer, said the same way for every user.
//!
//! ```text
//! event properties ─▶ elements (JSON or chain) ─▶ selector (stable rungs) ─┐
//! $pathname / $current_url ─▶ route (ids out) ─────────────────────────────┴▶ Click ─▶ clusters
//!        └▶ exclusion: why an event is no click to count
//! ```
//!
//! Pure. What it reads is written by strangers: everything is cut to stated lengths, nothing is run or fetched.
//! Called by ingest (key of the signal) and by the planner (clusters).

mod click;
mod cluster;
mod elements;
mod route;
mod selector;

pub use click::{Click, ClickEvent, ClickKind, Exclusion};
pub use cluster::{ClickCluster, ClickClusters, ClickKey, KindCount};
pub use elements::{Element, elements_from_chain, elements_from_json};
pub use route::normalize_route;
pub use selector::{Rung, StableSelector, stable_selector};

#[cfg(test)]
mod tests;
