//! Ingest: from records to signals.
//!
//! ```text
//!   bytes ─▶ formats (one file a format) ─▶ observation ─▶ fold (redact, clamp, fold; pure) ─▶ Store::signals_fold
//! ```
//!
//! Positions move in the transaction of their folds (invariant 1). Nothing unredacted passes `fold`. It never names
//! another stage. The pass over Kafka and HTTP is not here yet.

mod fold;
mod formats;
mod observation;

pub use fold::{FoldContext, Folder, Refusal};
pub use formats::{Format, RECORD_LIMIT, TEXT_LIMIT, read, read_signal};
pub use observation::{Observation, ProjectHint, Reading, Unreadable};
