//! Why a workspace could not be made, changed or published.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Each variant says what was being done; the cause is the source.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    #[error("there is no repository at {location}: {tail}")]
    RepositoryMissing { location: String, tail: String },
    #[error("{location} has no {name}")]
    RefMissing { location: String, name: String },
    #[error("{name:?} is no name of a branch that may be used here")]
    BranchName { name: String },
    #[error("waited {waited:?} for {path}, which another process holds", path = path.display())]
    LockTimeout { path: PathBuf, waited: Duration },
    #[error("git failed while {doing} ({status}): {tail}")]
    GitFailed { doing: &'static str, status: String, tail: String },
    #[error("git was stopped while {doing}, after {limit:?}")]
    TimedOut { doing: &'static str, limit: Duration },
    #[error("git printed more than {limit} bytes while {doing}")]
    TooMuchOutput { doing: &'static str, limit: usize },
    #[error("git's answer while {doing} could not be read: {got:?}")]
    Unreadable { doing: &'static str, got: String },
    #[error("{path} is in the way, and it is not ours to remove", path = path.display())]
    Occupied { path: PathBuf },
    #[error("{folder} is a git repository without a commit: git takes none of its files")]
    UnbornRepository { folder: String },
    #[error(
        "{location} is a repository without a working tree: a local run needs a checkout; name one, or use the mode \
         worktree"
    )]
    NoWorkingTree { location: String },
    #[error("could not start git")]
    GitMissing(#[source] io::Error),
    #[error("{doing} {path}", path = path.display())]
    Io { doing: &'static str, path: PathBuf, source: io::Error },
}

impl WorkspaceError {
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }

    pub(crate) fn unreadable(doing: &'static str, got: &str) -> Self {
        Self::Unreadable { doing, got: got.chars().take(200).collect() }
    }
}
