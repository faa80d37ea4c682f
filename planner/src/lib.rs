//! The planner: from changed signals to few, ranked cases, and from those to tasks, with a reason for everything.
//!
//! ```text
//!   load (store, one snapshot) ─▶ decide (plan.rs, pure) ─▶ commit (compare-and-set on the plan revision)
//! ```
//!
//! The same input gives the same plan. Nothing is opened, held or left alone without a decision that says why. It
//! never names another stage; it meets them in the store only.

mod brief;
mod config;
mod gates;
mod pass;
mod plan;
mod score;
mod status;

pub use config::PlannerConfig;
pub use pass::{PlanError, Planner};
pub use plan::decide;
pub use status::PlannerStatus;
