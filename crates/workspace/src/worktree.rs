//! A worktree: the directory and branch of one task on this computer.
//!
//! Whoever comes second, another attempt or another run of the task, finds it and goes on with it. It is made under the
//! repository's lock, and removed only by `spent`, where nothing would be lost.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bare::{CommitId, Repository, Start, remove_if_there};
use crate::error::WorkspaceError;
use crate::git::Call;
use crate::lock::FileLock;
use crate::state::{Stage, State};

/// Whether work may be in a workspace already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    New,
    /// An earlier attempt was here; its work is still there.
    Before,
}

#[derive(Debug, Clone)]
pub struct Worktree {
    pub(crate) repository: Repository,
    pub(crate) git_dir: PathBuf,
    path: PathBuf,
    branch: String,
    start: Start,
    found: Found,
}

impl Worktree {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn branch(&self) -> &str {
        &self.branch
    }

    /// The commit of the default branch that the work stands on.
    pub fn base(&self) -> &CommitId {
        &self.start.base
    }

    /// Where the branch stood when the work began.
    pub(crate) fn from(&self) -> &CommitId {
        &self.start.from
    }

    pub fn found(&self) -> Found {
        self.found
    }

    /// A call in this worktree. What an agent did to the file `.git` does not matter.
    pub(crate) fn call(&self, doing: &'static str) -> Call<'_> {
        self.repository.git.call(doing).git_dir(&self.git_dir).work_tree(&self.path)
    }
}

impl Repository {
    /// The worktree of `branch` at `path`: made, made anew where its making was cut short, or gone on with.
    pub async fn worktree(
        &self,
        path: &Path,
        branch: &str,
        default_branch: &str,
    ) -> Result<Worktree, WorkspaceError> {
        self.check_branch(branch).await?;
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(WorkspaceError::io("making the folder", folder))?;
        let lock = self.lock().await?;
        let (start, found) = match State::read(path)? {
            Some(State { stage: Stage::Ready, start }) if path.exists() => (start, Found::Before),
            Some(State { start, .. }) => {
                self.add(path, branch, &start, &lock).await?;
                (start, Found::New)
            }
            None if path.exists() => return Err(WorkspaceError::Occupied { path: path.to_owned() }),
            None => {
                let start = self.start_of(branch, default_branch).await?;
                self.add(path, branch, &start, &lock).await?;
                (start, Found::New)
            }
        };
        let git_dir = self.git_dir_of(path).await?;
        drop(lock);
        Ok(Worktree {
            repository: self.clone(),
            git_dir,
            path: path.to_owned(),
            branch: branch.to_owned(),
            start,
            found,
        })
    }

    async fn add(
        &self,
        path: &Path,
        branch: &str,
        start: &Start,
        lock: &FileLock,
    ) -> Result<(), WorkspaceError> {
        State { stage: Stage::Preparing, start: start.clone() }.write(path)?;
        // What is still being prepared was never seen by an agent: these are git's own files, cut short.
        remove_if_there(path)?;
        // Twice forced: what an earlier try registered for this very path is overwritten, locked or not.
        let call = self.call("adding a worktree").under(lock)?;
        let call = call.args(["worktree", "add", "--quiet", "--force", "--force"]);
        let call = if self.commit_of(&format!("refs/heads/{branch}")).await?.is_some() {
            call.arg(path).arg(branch)
        } else {
            call.args(["--no-track", "-b", branch]).arg(path).arg(start.from.as_str())
        };
        call.run().await?;
        State { stage: Stage::Ready, start: start.clone() }.write(path)
    }

    /// The folder within the bare repository that belongs to the worktree at `path`, by the repository's own list.
    pub(crate) async fn git_dir_of(&self, path: &Path) -> Result<PathBuf, WorkspaceError> {
        let doing = "looking for a worktree";
        let wanted = fs::canonicalize(path).map_err(WorkspaceError::io("looking at", path))?;
        let folder = self.dir.join("worktrees");
        let entries = fs::read_dir(&folder).map_err(WorkspaceError::io("listing", &folder))?;
        for entry in entries {
            let entry = entry.map_err(WorkspaceError::io("listing", &folder))?;
            let Ok(link) = fs::read_to_string(entry.path().join("gitdir")) else { continue };
            let root = Path::new(link.trim_end()).parent().map(fs::canonicalize);
            if matches!(root, Some(Ok(root)) if root == wanted) {
                return Ok(entry.path());
            }
        }
        Err(WorkspaceError::unreadable(doing, &path.display().to_string()))
    }
}
