//! The dispatcher: which queued task starts now, and what becomes of a run whose runner went silent.
//!
//! ```text
//!   queue_load ─▶ assign.rs (pure) ─▶ runs_assign, decisions_record        a runner claims, works, reports
//!   runs_expired ─▶ expire.rs (pure) ─▶ run_expire: rescued · stranded · ended
//! ```
//!
//! Every queued task that does not start has a decision that says why not. What a stranger could have written starts by
//! itself only in a sandbox (invariant 8). Two dispatchers at once start no task twice: the move of the task is the
//! guard, in the store. It never names another stage; it meets them in the store only.

mod assign;
mod config;
mod expire;
mod pass;
mod status;

pub use assign::{Agents, Assignment, NotStarted, assign};
pub use config::DispatcherConfig;
pub use expire::{Ending, Expired, expire};
pub use pass::{DispatchError, Dispatcher};
pub use signalbox_domain::finish::{RetryPolicy, TaskEnd, task_end};
pub use status::DispatcherStatus;
