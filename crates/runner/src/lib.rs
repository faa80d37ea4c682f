//! The runner: a leased run through prepare → agent → check → outcome, on this computer.
//!
//! ```text
//!   LeaseDriver ─▶ RunnerPort::lease ─▶ Attempt ‖ renew
//!                                         │ prepare   a place: local checkout, worktree, clone in a sandbox
//!                                         │ agent     its own process group; bounded in time and output
//!                                         │ check     the repository's script, in the same place
//!                                         │ gather    commits of ours; in cloud mode out of the sandbox
//!                                         │ push      one branch, if the lease still is ours
//!                                         ▼
//!                              RunnerPort::notes, RunnerPort::finish: once, whatever was cut short
//! ```
//!
//! What must hold: a lost lease stops the agent at once and pushes nothing; every end has a type; what an agent printed is
//! redacted and bounded before it leaves the process; a workspace with work in it is gone on with, never deleted, and one without
//! goes; nothing
//! runs as cloud work without a sandbox that was seen to work. The runner reads no store: [`RunnerPort`] is all it knows
//! of the rest. Called by the wiring of `up` and `runner`.

mod agents;
mod answer;
mod attempt;
mod check;
mod config;
mod failure;
mod leftovers;
mod outcome_id;
mod place;
mod port;
mod runner;
mod supervise;
mod through;
mod tidy;
mod transcript;

pub use config::RunnerConfig;
pub use outcome_id::outcome_id;
pub use port::{PortError, RunnerPort, RunsWanted};
pub use runner::{Runner, RunnerError, RunnerSetup};
