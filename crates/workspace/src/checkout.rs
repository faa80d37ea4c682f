//! An engineer's own checkout, in which local runs work: looked at before and after, never written to by our git.
//!
//! A snapshot is a tree of every file that is not ignored. Its index and objects lie in a folder of ours, so that neither
//! what the engineer had staged nor the repository's objects are touched.

use std::fs;
use std::path::{Path, PathBuf};

use signalbox_runtime::Clock;

use crate::bare::{CommitId, shown};
use crate::error::WorkspaceError;
use crate::git::{Call, Git, GitConfig};

/// A checkout on this computer.
#[derive(Debug, Clone)]
pub struct LocalCheckout {
    git: Git,
    path: PathBuf,
    git_dir: PathBuf,
    objects: PathBuf,
    /// Where our index and objects lie.
    scratch: PathBuf,
}

/// All files at one moment, by the name of their tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    tree: String,
}

/// Whether there is a repository all the same: a bare one, or the folder `.git` itself.
async fn is_without_tree(git: &Git, path: &Path) -> Result<bool, WorkspaceError> {
    let call = git.call("looking for a working tree").in_folder(path);
    let answer = call.args(["rev-parse", "--is-inside-work-tree"]).ask().await?;
    Ok(answer.status.success() && answer.stdout.trim_ascii() == b"false")
}

impl LocalCheckout {
    /// Opens the checkout at `location`, an absolute path.
    pub async fn open(
        location: &str,
        scratch: &Path,
        config: GitConfig,
        clock: Clock,
    ) -> Result<Self, WorkspaceError> {
        let path = PathBuf::from(location);
        let missing = |tail: String| WorkspaceError::RepositoryMissing { location: shown(location), tail };
        if !path.is_absolute() || !path.is_dir() {
            return Err(missing(
                "a local run needs the absolute path of a checkout on this computer".to_owned(),
            ));
        }
        let git = Git { config, clock };
        let asked = git
            .call("looking at the checkout")
            .in_folder(&path)
            .args(["rev-parse", "--path-format=absolute", "--absolute-git-dir", "--git-path", "objects"])
            .args(["--show-toplevel"])
            .ask()
            .await?;
        if !asked.status.success() {
            return Err(match is_without_tree(&git, &path).await? {
                true => WorkspaceError::NoWorkingTree { location: shown(location) },
                false => missing(asked.tail),
            });
        }
        let lines = String::from_utf8_lossy(&asked.stdout).into_owned();
        let mut lines = lines.lines().map(PathBuf::from);
        let (Some(git_dir), Some(objects), Some(top)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(missing("git names no working tree there".to_owned()));
        };
        for folder in [scratch.join("objects"), scratch.to_owned()] {
            fs::create_dir_all(&folder).map_err(WorkspaceError::io("making the folder", &folder))?;
        }
        Ok(Self { git, path: top, git_dir, objects, scratch: scratch.to_owned() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The branch that is checked out, or `HEAD` where none is.
    pub async fn branch(&self) -> Result<String, WorkspaceError> {
        let doing = "reading the branch";
        let answer =
            self.git.call(doing).git_dir(&self.git_dir).args(["symbolic-ref", "--short", "--quiet", "HEAD"]);
        let answer = answer.ask().await?;
        let name = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        Ok(if answer.status.success() { name } else { "HEAD".to_owned() })
    }

    /// The commit that is checked out; an error where there is none yet.
    pub async fn head(&self) -> Result<CommitId, WorkspaceError> {
        let doing = "reading the head";
        let call = self.git.call(doing).git_dir(&self.git_dir);
        CommitId::parse(
            doing,
            &call.args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).text().await?,
        )
    }

    /// The files before the first attempt of a run. Asked again after a crash, it is still the first one's.
    pub async fn snapshot_once(&self) -> Result<Snapshot, WorkspaceError> {
        let kept = self.scratch.join("before");
        if let Ok(tree) = fs::read_to_string(&kept) {
            let tree = CommitId::parse("reading a snapshot", tree.trim())?;
            return Ok(Snapshot { tree: tree.as_str().to_owned() });
        }
        let snapshot = self.snapshot().await?;
        let new = self.scratch.join("before.new");
        fs::write(&new, &snapshot.tree)
            .and_then(|()| fs::rename(&new, &kept))
            .map_err(WorkspaceError::io("keeping a snapshot", &kept))?;
        Ok(snapshot)
    }

    /// How many files differ from an earlier snapshot.
    pub async fn changed_since(&self, before: &Snapshot) -> Result<u32, WorkspaceError> {
        let after = self.snapshot().await?;
        let doing = "comparing snapshots";
        let mut files = 0_u32;
        let mut count = |chunk: &[u8]| {
            let ends = chunk.iter().filter(|byte| **byte == 0).count();
            files = files.saturating_add(u32::try_from(ends).unwrap_or(u32::MAX));
            Ok(())
        };
        self.call(doing)
            .args(["diff-tree", "-r", "-z", "--name-only", "--no-renames", &before.tree, &after.tree])
            .each_chunk(&mut count)
            .await?;
        Ok(files)
    }

    async fn snapshot(&self) -> Result<Snapshot, WorkspaceError> {
        self.call("reading the checkout").args(["add", "--all", "--", "."]).run().await?;
        let doing = "writing a snapshot";
        let tree = CommitId::parse(doing, &self.call(doing).args(["write-tree"]).text().await?)?;
        Ok(Snapshot { tree: tree.as_str().to_owned() })
    }

    fn call(&self, doing: &'static str) -> Call<'_> {
        self.git
            .call(doing)
            .git_dir(&self.git_dir)
            .work_tree(&self.path)
            .env("GIT_INDEX_FILE", self.scratch.join("index"))
            .env("GIT_OBJECT_DIRECTORY", self.scratch.join("objects"))
            .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &self.objects)
    }
}
