//! The planner: from changed signals to few, ranked cases, and from those to tasks, with a reason for everything.
//!
//! ```text
//!   load (store, one snapshot) ─▶ group (groups.rs, pure; what sharpeners say is gathered by sharpening.rs)
//!     ─▶ gather (store: the facts of the cases they belong to) ─▶ decide (plan.rs, pure)
//!     ─▶ look at the code of what becomes a task (code.rs), decide again with it
//!     ─▶ commit (compare-and-set on the plan revision)
//! ```
//!
//! The same input gives the same plan. Nothing is opened, held or left alone without a decision that says why. It
//! never names another stage; it meets them in the store only. What a process remembers between passes (`groups.rs`)
//! follows from the store: without it the pass is slower and otherwise the same.

pub mod actionability;
mod addressed;
mod code;
mod compose;
mod config;
mod detect;
mod facts;
mod features;
#[cfg(test)]
mod fixture;
mod gates;
mod groups;
mod hints;
mod lab;
pub mod locate;
mod pass;
mod place;
mod plan;
mod recur;
pub mod route;
mod routing;
mod ruled;
mod score;
mod sharpening;
mod status;
pub mod verification;

pub use code::{CodeConfig, Reader};
pub use compose::{BriefLab, Briefed, BriefedTask};
pub use config::{
    ActionabilityGate, DetectConfig, GatesConfig, GroupingConfig, PlannerConfig, Points, PointsError,
    RouteWeight, ScoreConfig, Thresholds, ThresholdsError,
};
pub use groups::{Grouping, Groups, Joined, group};
pub use lab::{ActionabilityAnswer, ActionabilityRow, actionability_row};
pub use pass::{PlanError, Planner};
pub use plan::{Decided, decide, wish};
pub use routing::{PackageAt, RouteAt, RoutingConfig, ServiceAt};
pub use status::PlannerStatus;
