//! Cases and plans.
//!
//! ```text
//!   projects_to_plan ─▶ plan_load ─▶ (group) ─▶ plan_gather ─▶ (decide) ─▶ plan_commit: compare-and-set on the project's
//!                                                                          plan revision
//! ```
//!
//!   a person's ruling or rule ─▶ case_rule, suppression_put: move the revision too, so a plan under way is made anew
//!
//! Owner: planner. Ingest never moves the plan revision; a plan writes the `planned_revision` that it read, so a
//! record that came in meanwhile leaves its signal listed for the next plan.

mod beside;
mod commit;
mod exemplars;
mod gather;
mod links;
mod load;
mod moves;
mod picks;
mod plans;
mod row;
mod rulings;
mod suppressions;

pub use beside::{Beside, Choice, ClosedCase, NotOwner, Stands, WorkBeside};
pub use commit::{Committed, PlanCommit, TaskEvidence};
pub use exemplars::{BoundSignal, OpenCase, OpenCases};
pub use gather::{CaseFacts, GatherWish, HourCount, PlanFacts};
pub use load::{CaseFilter, CaseRecord, EarlierTask, PlanInput, PlanSignal};
pub use moves::{MOST_MOVED, MoveRecord, MoveTo, Moved, SignalsMove};
pub use picks::CasePick;
pub use plans::PlanRecord;
pub use rulings::{CaseRuled, CaseRuling};
pub use suppressions::Taken;
