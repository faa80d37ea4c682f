//! Workspaces: where a run's files lie, and how what it changed becomes commits. All of it by git, never by a shell.
//!
//! ```text
//!   Cache::repository ─▶ bare repository, refs/remotes/origin/* ──┬─▶ Repository::worktree ─▶ Worktree::commit
//!      (fetch, under a lock a repository)                         ├─▶ Repository::clone_for_sandbox ─▶ take_in
//!                                                                 └─▶ Repository::push, one branch
//!   Repository::files_at, source_at, blame, history             (reading.rs: from objects, never from a folder)
//!   LocalCheckout::snapshot ─▶ LocalCheckout::changed_since       (an engineer's own checkout: read, never written)
//! ```
//!
//! What must hold: a workspace with work in it is never deleted but gone on with, and one without goes; nothing that a repository or an agent
//! wrote (hooks, file monitors, signing programs) runs by our git; every call is bounded in time and output; whatever was
//! cut short may simply be repeated. Called by the runner, and for reading by the planner.

mod adopt;
mod bare;
mod checkout;
mod clone;
mod commit;
mod diff;
mod error;
mod finished;
mod git;
mod lock;
mod names;
mod push;
pub mod reading;
mod spent;
mod state;
mod weight;
mod worktree;

pub use bare::{Cache, CommitId, Repository, Start};
pub use checkout::{LocalCheckout, Snapshot};
pub use clone::{SandboxClone, Taking};
pub use commit::{Commit, CommitMessage, unborn_repository};
pub use diff::Touched;
pub use error::WorkspaceError;
pub use git::GitConfig;
pub use lock::FileLock;
pub use names::{BRANCH_FOLDER, branch_name, folder_name, slug};
pub use push::Pushed;
pub use spent::{Kept, Spent, gone};
pub use state::write_durably;
pub use worktree::{Found, Worktree};
