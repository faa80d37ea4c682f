//! Signals, and the positions up to which streams were read.
//!
//! ```text
//!   FoldBatch ─┬ part of partition 0 ─▶ position moves by compare-and-set ─▶ marks ─▶ counts, hours, samples
//!              └ part of partition 1 ─▶ lost the race: dropped, the rest goes on
//! ```
//!
//! Owner: ingest. One transaction writes folds, quarantine and positions together (invariants 1 to 3).

mod fold;
mod identity;
mod read;
mod row;

pub use fold::{Fold, FoldBatch, FoldPart, FoldedRecord, PartReport, PositionMove, Quarantined};
pub(crate) use read::samples_within;
pub use read::{QuarantineRow, SignalFilter, SignalRecord};
pub(crate) use row::SignalRow;
