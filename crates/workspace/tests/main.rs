//! Workspaces with the real git, in temporary folders.

#![expect(clippy::unwrap_used, reason = "a fixture that fails fails its test")]

mod checkouts;
mod clones;
mod fixture;
mod reading;
mod repositories;
mod worktrees;
