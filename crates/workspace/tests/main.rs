//! Workspaces with the real git, in temporary folders.

mod checkouts;
mod clones;
mod fixture;
mod repositories;
mod worktrees;
