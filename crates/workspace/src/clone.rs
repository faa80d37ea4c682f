//! A fresh clone for a sandbox, and the way back of what was changed in it.
//!
//! ```text
//!   bare ──fetch──▶ clone/ (with its own .git) ──▶ the agent, inside ──▶ taking.git ◀─ add, write-tree, pack: inside
//!   bare ◀──────── index-pack --strict, commit-tree: outside ◀── one pack and one tree id
//! ```
//!
//! Once an agent was in it, the clone is hostile: no git of ours looks at it outside of the sandbox, not even its files, for a
//! nested repository could bring settings that run programs. A second git directory, which the agent never saw, is
//! filled inside too; only a pack and the name of a tree come out, and both are checked.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::bare::{CommitId, Repository, Start, remove_if_there};
use crate::commit::{Commit, CommitMessage};
use crate::error::WorkspaceError;
use crate::git::hardened;
use crate::state::{Stage, State};
use crate::worktree::Found;

/// A clone with nothing in common with the cache: no hard links, no alternates, no remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxClone {
    pub path: PathBuf,
    pub branch: String,
    pub start: Start,
    pub found: Found,
}

/// A git directory for taking a clone's files in, and the calls to make with it inside of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    pub git_dir: PathBuf,
}

impl Taking {
    /// `git …`: reads every file of the workspace into the index.
    pub fn add(git_dir: &Path, workspace: &Path) -> Vec<OsString> {
        let mut arguments = Self::opening(git_dir);
        arguments.extend([OsString::from("--work-tree"), workspace.into()]);
        arguments.extend(["add", "--all", "--", "."].map(OsString::from));
        arguments
    }

    /// `git …`: prints the name of the tree.
    pub fn tree(git_dir: &Path) -> Vec<OsString> {
        let mut arguments = Self::opening(git_dir);
        arguments.push("write-tree".into());
        arguments
    }

    /// What [`Taking::pack`] reads: this tree, without what the clone began with.
    pub fn revisions(tree: &str, clone: &SandboxClone) -> String {
        format!("{}\n^{}\n", tree.trim(), clone.start.from)
    }

    /// `git …`: reads [`Taking::revisions`], prints a pack.
    pub fn pack(git_dir: &Path) -> Vec<OsString> {
        let mut arguments = Self::opening(git_dir);
        arguments.extend(["pack-objects", "--quiet", "--revs", "--stdout"].map(OsString::from));
        arguments
    }

    /// `git …`: prints every file of the index with its kind.
    pub fn list(git_dir: &Path) -> Vec<OsString> {
        let mut arguments = Self::opening(git_dir);
        arguments.extend(["ls-files", "--stage", "-z"].map(OsString::from));
        arguments
    }

    /// `git …`: prints a commit that the agent made besides its branch (a stash, another branch), if there is one. Asks the
    /// agent's own git directory.
    pub fn beside(workspace: &Path) -> Vec<OsString> {
        let mut arguments = Self::opening(&workspace.join(".git"));
        arguments.extend(["rev-list", "--max-count=1", "--all", "--not", "HEAD"].map(OsString::from));
        arguments
    }

    fn opening(git_dir: &Path) -> Vec<OsString> {
        hardened().chain([OsString::from("--git-dir"), git_dir.into()]).collect()
    }
}

impl Repository {
    /// The clone at `path`: made, made anew where that was cut short, or gone on with.
    pub async fn clone_for_sandbox(
        &self,
        path: &Path,
        branch: &str,
        default_branch: &str,
    ) -> Result<SandboxClone, WorkspaceError> {
        self.check_branch(branch).await?;
        let (start, found) = match State::read(path)? {
            Some(State { stage: Stage::Ready, start }) if path.exists() => (start, Found::Before),
            Some(State { start, .. }) => (start, Found::New),
            None if path.exists() => return Err(WorkspaceError::Occupied { path: path.to_owned() }),
            None => (self.start_of(branch, default_branch).await?, Found::New),
        };
        if found == Found::New {
            State { stage: Stage::Preparing, start: start.clone() }.write(path)?;
            self.fill_clone(path, branch, &start.from).await?;
            State { stage: Stage::Ready, start: start.clone() }.write(path)?;
        }
        Ok(SandboxClone { path: path.to_owned(), branch: branch.to_owned(), start, found })
    }

    async fn fill_clone(&self, path: &Path, branch: &str, from: &CommitId) -> Result<(), WorkspaceError> {
        // No agent has been in what is still being prepared.
        remove_if_there(path)?;
        let init = self.git.call("making a clone").args(["init", "--quiet", "--template=", "-b", branch]);
        init.arg(path).run().await?;
        let git_dir = path.join(".git");
        self.bring(&git_dir, branch, from).await?;
        let reset = self.git.call("checking out").git_dir(&git_dir).work_tree(path);
        reset.args(["reset", "--quiet", "--hard", from.as_str()]).run().await.map(drop)
    }

    /// An empty git directory that knows `clone`'s start; an earlier one is made anew, as it may have been tampered with.
    pub async fn begin_taking(&self, dir: &Path, clone: &SandboxClone) -> Result<Taking, WorkspaceError> {
        remove_if_there(dir)?;
        let init =
            self.git.call("making room for changes").args(["init", "--quiet", "--bare", "--template="]);
        init.arg(dir).run().await?;
        self.bring(dir, &clone.branch, &clone.start.from).await?;
        let read =
            self.git.call("reading a tree").git_dir(dir).args(["read-tree", clone.start.from.as_str()]);
        read.run().await?;
        Ok(Taking { git_dir: dir.to_owned() })
    }

    /// Fetches `from` into another git directory. By a fetch: a copy of files would share or link them.
    async fn bring(&self, git_dir: &Path, branch: &str, from: &CommitId) -> Result<(), WorkspaceError> {
        let kept = start_ref(branch);
        self.call("keeping the start").args(["update-ref", &kept, from.as_str()]).run().await?;
        self.git
            .call("filling a clone")
            .git_dir(git_dir)
            .args(["-c", "core.logAllRefUpdates=false", "fetch", "--quiet", "--no-tags"])
            .args(["--no-write-fetch-head", "--update-head-ok", "--no-auto-maintenance"])
            .arg(&self.dir)
            .arg(format!("+{kept}:refs/heads/{branch}"))
            .run()
            .await
            .map(drop)
    }

    /// Commits what came out of a sandbox: a pack and the tree that it completes. None where nothing was changed.
    pub async fn take_in(
        &self,
        clone: &SandboxClone,
        tree: &str,
        pack: &Path,
        message: &CommitMessage<'_>,
    ) -> Result<Option<Commit>, WorkspaceError> {
        let doing = "taking a tree in";
        let tree = CommitId::parse(doing, tree.trim())?;
        if self.tree_of(&clone.start.from).await? != tree.as_str() {
            let lock = self.lock().await?;
            let file = File::open(pack).map_err(WorkspaceError::io("opening the pack", pack))?;
            let index =
                self.call("checking a pack").args(["index-pack", "--stdin", "--strict", "--fix-thin"]);
            index.input_file(file).run().await?;
            drop(lock);
            let kind = self.call(doing).args(["cat-file", "-t", tree.as_str()]).text().await?;
            if kind != "tree" {
                return Err(WorkspaceError::unreadable(doing, &kind));
            }
        }
        let head = self.commit_once(clone, tree.as_str(), message).await?;
        self.commit_between(&clone.branch, &clone.start.base, head).await
    }

    /// The commit that was made of a clone's files, if one was.
    pub(crate) async fn taken(&self, clone: &SandboxClone) -> Result<Option<CommitId>, WorkspaceError> {
        self.commit_of(&head_ref(&clone.branch)).await
    }

    /// What is kept in the repository for a clone.
    pub(crate) fn clone_refs(clone: &SandboxClone) -> [String; 2] {
        [start_ref(&clone.branch), head_ref(&clone.branch)]
    }

    /// The commit of this tree upon the start: the one that was made before, where it was.
    async fn commit_once(
        &self,
        clone: &SandboxClone,
        tree: &str,
        message: &CommitMessage<'_>,
    ) -> Result<CommitId, WorkspaceError> {
        let kept = head_ref(&clone.branch);
        if let Some(before) = self.commit_of(&kept).await? {
            let named = self.commit_of_run(&clone.start.from, &before, message.run).await?;
            if named.as_ref() == Some(&before) && self.tree_of(&before).await? == tree {
                return Ok(before);
            }
        }
        let head = self.commit_tree(tree, &clone.start.from, message).await?;
        self.call("keeping the commit").args(["update-ref", &kept, head.as_str()]).run().await?;
        Ok(head)
    }
}

/// Refs of ours beside the branches, so that a worktree of the same task is not moved under its agent.
fn start_ref(branch: &str) -> String {
    format!("refs/sandbox/start/{branch}")
}

pub(crate) fn head_ref(branch: &str) -> String {
    format!("refs/sandbox/head/{branch}")
}
