//! Removes workspaces in which nothing would be lost. Called by the runner, which holds the place's lock meanwhile.
//!
//! Nothing is lost where every file is as a commit has it, and origin has that commit. Ignored files (what a build made)
//! are not work, but they are named. Anything unclear is kept. A workspace goes by a rename first: whatever is cut short
//! after that leaves a folder `….gone`, which nobody goes on with.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::bare::{Cache, CommitId, Repository, remove_if_there};
use crate::clone::SandboxClone;
use crate::error::WorkspaceError;
use crate::names::BRANCH_FOLDER;
use crate::state::{Stage, State};
use crate::worktree::Found;

/// Why a workspace stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Files that no commit has, or git in the middle of something.
    Changes,
    /// A commit that origin does not have.
    Unpushed,
    /// A repository within it, of which a commit holds only the name.
    Nested,
    /// Its head is none of our branches: somebody works here by other rules.
    ForeignHead,
}

/// What became of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spent {
    /// With so many ignored files or folders; the first of them by name.
    Removed {
        ignored: usize,
        first: Vec<String>,
    },
    Kept(Kept),
    /// There was none.
    Absent,
}

/// More names of ignored files help nobody.
const NAMED: usize = 10;
/// Git is in the middle of something while one of these is there.
const UNDER_WAY: [&str; 6] =
    ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG", "rebase-merge", "rebase-apply"];

impl Cache {
    /// A repository that is in the cache already, by the name of its folder; not fetched.
    pub async fn known(&self, folder: &str) -> Result<Option<Repository>, WorkspaceError> {
        let plain = !folder.is_empty() && !folder.starts_with('.') && !folder.contains(['/', '\0']);
        let dir = self.folder(folder);
        if !plain || !dir.exists() {
            return Ok(None);
        }
        let mut repository = Repository { git: self.git.clone(), dir, location: String::new() };
        let origin =
            repository.call("reading the origin").args(["config", "remote.origin.url"]).text().await?;
        repository.location = origin;
        Ok(Some(repository))
    }
}

impl Repository {
    /// Removes the worktree at `path`, and its branch here, if origin has all of it.
    pub async fn remove_spent_worktree(&self, path: &Path) -> Result<Spent, WorkspaceError> {
        remove_if_there(&gone(path))?;
        let Some(state) = State::read(path)? else { return Ok(Spent::Absent) };
        if !path.exists() {
            // Its removal, or its making, was cut short.
            self.forget_worktree(path, None).await?;
            return Ok(Spent::Absent);
        }
        let removed = match state.stage {
            // No agent has been in what is still being prepared.
            Stage::Preparing => (None, Spent::Removed { ignored: 0, first: Vec::new() }),
            Stage::Ready => match self.look_at_worktree(path).await? {
                Ok((branch, ignored)) => {
                    let first = ignored.iter().take(NAMED).cloned().collect();
                    (Some(branch), Spent::Removed { ignored: ignored.len(), first })
                }
                Err(kept) => return Ok(Spent::Kept(kept)),
            },
        };
        let (branch, spent) = removed;
        fs::rename(path, gone(path)).map_err(WorkspaceError::io("moving away", path))?;
        self.forget_worktree(path, branch).await?;
        remove_if_there(&gone(path))?;
        Ok(spent)
    }

    /// The branch of a worktree in which nothing would be lost, at its commit, and its ignored files.
    async fn look_at_worktree(
        &self,
        path: &Path,
    ) -> Result<Result<((String, CommitId), Vec<String>), Kept>, WorkspaceError> {
        let git_dir = self.git_dir_of(path).await?;
        let call = |doing| self.git.call(doing).git_dir(&git_dir).work_tree(path);
        if UNDER_WAY.iter().any(|name| git_dir.join(name).exists()) {
            return Ok(Err(Kept::Changes));
        }
        let status = call("looking for changes").args(["status", "--porcelain=v1", "-z", "--ignored"]);
        let status = status.args(["--untracked-files=normal", "--ignore-submodules=none"]).run().await?;
        let mut ignored = Vec::new();
        for entry in status.split(|byte| *byte == 0).filter(|entry| !entry.is_empty()) {
            match entry.strip_prefix(b"!! ") {
                Some(name) => ignored.push(String::from_utf8_lossy(name).into_owned()),
                None => return Ok(Err(Kept::Changes)),
            }
        }
        let head = call("reading the head").args(["symbolic-ref", "--quiet", "HEAD"]).ask().await?;
        let head = String::from_utf8_lossy(&head.stdout).trim().to_owned();
        let ours = head.strip_prefix("refs/heads/").filter(|branch| branch.starts_with(BRANCH_FOLDER));
        let (Some(branch), Some(commit)) = (ours, self.commit_of(&head).await?) else {
            return Ok(Err(Kept::ForeignHead));
        };
        if !self.is_at_origin(&commit).await? {
            return Ok(Err(Kept::Unpushed));
        }
        let mut nested = Nested { root: path, line: Vec::new(), found: false };
        let listing = call("listing files").args(["ls-files", "--stage", "-z"]);
        listing
            .each_chunk(&mut |chunk| {
                nested.take(chunk);
                Ok(())
            })
            .await?;
        if nested.found {
            return Ok(Err(Kept::Nested));
        }
        Ok(Ok(((branch.to_owned(), commit), ignored)))
    }

    /// Has origin this commit, by what we last saw of it?
    async fn is_at_origin(&self, commit: &CommitId) -> Result<bool, WorkspaceError> {
        let missing = self.call("comparing with origin").args(["rev-list", "--max-count=1", commit.as_str()]);
        Ok(missing.args(["--not", "--remotes=origin"]).text().await?.is_empty())
    }

    /// What the repository knows of a worktree that is gone, and the branch if nobody moved it meanwhile.
    async fn forget_worktree(
        &self,
        path: &Path,
        branch: Option<(String, CommitId)>,
    ) -> Result<(), WorkspaceError> {
        let lock = self.lock().await?;
        let prune = self.call("forgetting worktrees").under(&lock)?;
        prune.args(["worktree", "prune", "--expire", "now"]).run().await?;
        if let Some((branch, commit)) = branch {
            let delete = self.call("removing a branch").under(&lock)?;
            let full = format!("refs/heads/{branch}");
            delete.args(["update-ref", "-d", &full, commit.as_str()]).run().await?;
        }
        State::remove(path)
    }

    /// The clone that an earlier attempt worked in, if there is one.
    pub fn clone_before(&self, path: &Path, branch: &str) -> Result<Option<SandboxClone>, WorkspaceError> {
        let state = State::read(path)?.filter(|state| state.stage == Stage::Ready && path.exists());
        Ok(state.map(|state| SandboxClone {
            path: path.to_owned(),
            branch: branch.to_owned(),
            start: state.start,
            found: Found::Before,
        }))
    }

    /// Would anything be lost with a clone whose files make this tree? `listing` is what [`crate::Taking::list`] printed.
    pub async fn clone_keeps(
        &self,
        clone: &SandboxClone,
        tree: &str,
        listing: &Path,
    ) -> Result<Option<Kept>, WorkspaceError> {
        if Nested::in_listing(&clone.path, listing).map_err(WorkspaceError::io("reading", listing))? {
            return Ok(Some(Kept::Nested));
        }
        if self.tree_of(&clone.start.from).await? == tree.trim() {
            return Ok(None);
        }
        match self.taken(clone).await? {
            Some(head) if self.tree_of(&head).await? == tree.trim() => {
                Ok((!self.is_at_origin(&head).await?).then_some(Kept::Unpushed))
            }
            _ => Ok(Some(Kept::Changes)),
        }
    }

    /// Forgets the refs that were kept for a clone.
    pub async fn forget_clone(&self, clone: &SandboxClone) -> Result<(), WorkspaceError> {
        for name in Self::clone_refs(clone) {
            self.call("forgetting a clone").args(["update-ref", "-d", &name]).run().await?;
        }
        Ok(())
    }
}

/// Where a workspace lies while it is being removed.
pub fn gone(path: &Path) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(".gone");
    PathBuf::from(name)
}

/// Looks for folders of which an index holds only the name of a commit, and in which there is something.
struct Nested<'a> {
    root: &'a Path,
    line: Vec<u8>,
    found: bool,
}

impl Nested<'_> {
    fn in_listing(root: &Path, listing: &Path) -> std::io::Result<bool> {
        let mut nested = Nested { root, line: Vec::new(), found: false };
        let mut file = BufReader::new(File::open(listing)?);
        while !nested.found {
            let chunk = file.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            let length = chunk.len();
            nested.take(chunk);
            file.consume(length);
        }
        Ok(nested.found)
    }

    fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte != 0 {
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            self.found |= line.starts_with(b"160000 ") && self.holds_files(&line);
        }
    }

    fn holds_files(&self, line: &[u8]) -> bool {
        let name = line.split(|byte| *byte == b'\t').nth(1).unwrap_or_default();
        let Ok(name) = std::str::from_utf8(name) else { return true };
        fs::read_dir(self.root.join(name)).is_ok_and(|mut entries| entries.next().is_some())
    }
}
