//! The sandbox: a program alone with its workspace. No network, no home, no host's processes, no variable that was not
//! granted.
//!
//! ```text
//!   Sandbox::probe ─▶ is isolation to be had here? really tried ─▶ Sandbox ─▶ command(spec) ─▶ a process to start
//!                  └▶ IsolationMissing, with the reason: the caller refuses to start
//! ```
//!
//! What must hold: there is no way to a [`Sandbox`] but a probe that went well, and no way to a command but a sandbox.
//! It starts nothing that stays; whoever starts the command bounds and ends it. Called by the runner.

mod command;
mod probe;

pub use command::{Access, Mount, Sandbox, SandboxConfig, SandboxSpec, WORKSPACE};
pub use probe::IsolationMissing;
