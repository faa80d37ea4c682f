//! Use cases shared by all faces: what a person or a program may ask of Signalbox, whatever door they came by.
//!
//! ```text
//!   CLI ──┐                                                 ┌ Reads ──▶ views
//!   HTTP ─┼─▶ Access (who is it?) ─▶ a use case (may they?) ─┼ Tasks, Cases, People, Projects, SignIn, Secrets ─▶ Store
//!   MCP ──┘                                                 ├ Runs (runners: lease, report, finish)
//!   webhooks ─▶ Hooks (signed by whom?) ─▶ deliveries        └ Quarantine, Positions, Erasure (who keep the house running)
//! ```
//!
//! Faces hold no rules and never read the store: they send and show `views`, and every refusal is a `Problem`. Rules
//! about single nouns live in `domain`.

mod access;
mod cases;
mod erasure;
mod hooks;
mod location;
mod people;
mod positions;
mod problem;
mod projects;
mod quarantine;
mod reads;
mod runs;
mod scope;
mod secrets;
mod sign_in;
mod sweep;
mod tasks;
pub mod views;
pub mod wakes;
mod why;
mod words;

#[cfg(any(test, feature = "fixture"))]
pub mod fixture;

pub use access::{Access, AccessError, NewToken, Refused, TokenWish, local};
pub use cases::Cases;
pub use erasure::Erasure;
pub use hooks::{Hook, HookKind, HookRefused, Hooks, Incoming};
pub use people::People;
pub use positions::Positions;
pub use problem::Problem;
pub use projects::Projects;
pub use quarantine::Quarantine;
pub use reads::{Reads, Refusals, Sender, Sorted, plan_view};
pub use runs::{Agent, Runs, RunsError};
pub use secrets::{SecretError, Secrets};
pub use sign_in::{LINK_LIVES, SESSION_LIVES, SignIn};
pub use sweep::{Sweep, SweepStatus};
pub use tasks::{TaskError, TaskWish, Tasks};
pub use why::{WhyOf, WhyOfError};
