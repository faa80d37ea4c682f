//! Runners, runs, outcomes and changes.
//!
//! ```text
//!   queue_load ─▶ (assign decides) ─▶ runs_assign ─▶ runs_claim ─▶ run_move · run_notes_append · run_renew
//!                                                        │                     │
//!                                       run_expire ◀─ lease ends          run_finish ─▶ outcome, change, task
//! ```
//!
//! Owner: dispatcher. Every write to a held run carries its fencing token; a stale one is `LeaseLost` and changes
//! nothing (invariant 6).

mod cancel;
mod finish;
mod queue;
mod row;
mod runs;

pub use cancel::Cancel;
pub(crate) use finish::outcome_within;
pub use finish::{Finish, Finished};
pub use queue::{Queue, QueuedTask};
pub use runs::{Expiry, NumberedNote, RunFilter, RunRecord};
