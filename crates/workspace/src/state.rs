//! What is written beside a workspace: how far its making came and where its work began.
//!
//! `preparing` is written before the first file of a workspace, `ready` after the last, each durably: what is still
//! preparing has never been seen by an agent and may be made anew; what is ready may hold work and never is.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::bare::{CommitId, Start};
use crate::error::WorkspaceError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    Preparing,
    Ready,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) stage: Stage,
    pub(crate) start: Start,
}

impl State {
    /// The file of a workspace's state: beside it, so that nothing in it is ours.
    fn path(workspace: &Path) -> PathBuf {
        let mut name = workspace.as_os_str().to_owned();
        name.push(".state");
        PathBuf::from(name)
    }

    pub(crate) fn read(workspace: &Path) -> Result<Option<Self>, WorkspaceError> {
        let path = Self::path(workspace);
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(WorkspaceError::Io { doing: "reading", path, source }),
        }
    }

    pub(crate) fn write(&self, workspace: &Path) -> Result<(), WorkspaceError> {
        let path = Self::path(workspace);
        let word = match self.stage {
            Stage::Preparing => "preparing",
            Stage::Ready => "ready",
        };
        let text = format!("{word} {} {}\n", self.start.base, self.start.from);
        write_durably(&path, text.as_bytes())
    }

    /// Forgets a workspace that is gone.
    pub(crate) fn remove(workspace: &Path) -> Result<(), WorkspaceError> {
        let path = Self::path(workspace);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(WorkspaceError::Io { doing: "removing", path, source: error })
            }
            _ => Ok(()),
        }
    }

    fn parse(text: &str) -> Result<Self, WorkspaceError> {
        let doing = "reading the state of a workspace";
        let mut words = text.split_whitespace();
        let stage = match words.next() {
            Some("preparing") => Stage::Preparing,
            Some("ready") => Stage::Ready,
            _ => return Err(WorkspaceError::unreadable(doing, text)),
        };
        let base = CommitId::parse(doing, words.next().unwrap_or_default())?;
        let from = CommitId::parse(doing, words.next().unwrap_or_default())?;
        Ok(Self { stage, start: Start { from, base } })
    }
}

/// The whole text or the one before it, also after a power cut.
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), WorkspaceError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(WorkspaceError::io("writing", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_and_a_torn_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("w");
        assert_eq!(State::read(&workspace).unwrap(), None);
        let id = |digit: &str| CommitId::parse("", &digit.repeat(40)).unwrap();
        let state = State { stage: Stage::Preparing, start: Start { from: id("a"), base: id("b") } };
        state.write(&workspace).unwrap();
        assert_eq!(State::read(&workspace).unwrap(), Some(state));
        fs::write(State::path(&workspace), "ready aaaa").unwrap();
        assert!(matches!(State::read(&workspace), Err(WorkspaceError::Unreadable { .. })));
    }
}
