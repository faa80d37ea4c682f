//! Signals, the deliveries and positions that they are read from, and what could not be read.
//!
//! ```text
//!   FoldBatch ─┬ part of partition 0 ─▶ position moves by compare-and-set ─▶ marks ─▶ counts, hours, samples
//!              └ part of partition 1 ─▶ lost the race: dropped, the rest goes on
//! ```
//!
//! Owner: ingest. One transaction writes folds, quarantine and positions together (invariants 1 to 3).

mod deliveries;
mod exposures;
mod fold;
mod gathered;
mod holds;
mod identity;
mod limit;
mod points;
mod positions;
mod quarantine;
mod read;
mod row;
mod sessions;

pub use deliveries::Received;
pub use exposures::{Exposed, Exposure, ExposureKey, ExposureRead, OTHER_RELEASES};
pub use fold::{
    Fold, FoldBatch, FoldPart, FoldedRecord, Letter, PartReport, PartSource, PositionMove, Quarantined,
};
pub use gathered::Gathered;
pub use limit::{NewSignals, Overflow};
pub use points::{MetricPoint, PointKey, PointRead, SeriesKey};
pub use positions::PositionEntry;
pub(crate) use read::samples_within;
pub use read::{QuarantineRow, SignalFilter, SignalRecord};
pub(crate) use row::SignalRow;
pub use sessions::{ReplaySession, SessionDue, SessionKey, SessionsOver};
