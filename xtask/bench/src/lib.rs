//! Benches: what Signalbox does beside its peers and its limits, in one run, as ratios.
//!
//! ```text
//! NAME ─▶ cases (ours and peers as closures) ─▶ rounds (alternating, order turned each round)
//!      ─▶ report (medians, ratio > 1: ours is better) ─▶ a table, and docs/bench/NAME.json
//! ```
//!
//! A peer is another program that does the same; a limit is the bare work without us. Both stand in the column `peer`.
//! Figures are never asserted in a test: they hold for one machine on one day. Nothing here may end up in the product;
//! called by `cargo xtask bench`.

pub mod cases;
pub mod command;
pub mod frame;
pub mod latencies;
pub mod machine;
pub mod measured;
pub mod pgbench;
pub mod report;
pub mod rounds;
pub mod table;
