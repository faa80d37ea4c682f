//! Use cases shared by all faces: what a person or a program may ask of Signalbox, whatever door they came by.
//!
//! ```text
//!   CLI ─┐
//!   HTTP ─┼─▶ Access (who is it, may they?) ─▶ a use case ─▶ Store
//!   MCP ─┘
//! ```
//!
//! Faces hold no rules and never read the store; rules about single nouns live in `domain`.

mod access;
#[cfg(test)]
mod fixture;
mod runs;
mod secrets;
mod sweep;
mod tasks;

pub use access::{Access, AccessError, NewToken, Refused, TokenWish, local};
pub use runs::{Agent, Runs, RunsError};
pub use secrets::{SecretError, Secrets};
pub use sweep::{Sweep, SweepStatus};
pub use tasks::{TaskError, TaskPage, TaskWish, Tasks};
