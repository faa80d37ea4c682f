//! Which folders and files belong to a run, on this computer.
//!
//! ```text
//! root/repositories/           bare repositories, see workspace
//! root/worktrees/<repository>/ one folder a task's branch: outlives its runs
//! root/runs/<run>/             brief.md, check.sh, clone/ and what is needed to take it in, clone.place: whose clone it is;
//!                              before/: what a local run found; through: that its agent came through
//! root/locks/                  one file a place
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use signalbox_domain::job::Job;
use signalbox_domain::task::Mode;
use signalbox_workspace::{BRANCH_FOLDER, folder_name};

use crate::answer;

/// Says of which repository and branch a clone is.
pub(crate) const CLONE_PLACE: &str = "clone.place";
/// A cloud run's clone.
pub(crate) const CLONE: &str = "clone";
/// What a local run found before its agent began.
pub(crate) const BEFORE: &str = "before";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folders {
    pub(crate) run: PathBuf,
    /// Held by whoever works in the run's folder, or removes it.
    pub(crate) run_lock: PathBuf,
    pub(crate) worktree: PathBuf,
    /// Held by whoever works in the place; of a cloud run it is the run's.
    pub(crate) lock: PathBuf,
    pub(crate) brief: PathBuf,
    /// What is known of the case, for programs; empty where there is none.
    pub(crate) context: PathBuf,
    pub(crate) check: PathBuf,
}

impl Folders {
    /// Their names. The error is for people.
    pub(crate) fn of(root: &Path, job: &Job) -> Result<Self, String> {
        let root = absolute(root)?;
        let location = &job.repository.location;
        let leaf = folder_name(job.branch.strip_prefix(BRANCH_FOLDER).unwrap_or(&job.branch), location);
        let lock = match job.mode {
            Mode::Local => folder_name("local", location),
            Mode::Worktree => leaf.clone(),
            Mode::Cloud => job.run.to_string(),
        };
        let run = root.join("runs").join(job.run.to_string());
        let worktrees = root.join("worktrees").join(folder_name(job.repository.name.as_str(), location));
        Ok(Self {
            run_lock: lock_of(&root, &job.run.to_string()),
            worktree: worktrees.join(leaf),
            lock: lock_of(&root, &lock),
            brief: run.join("brief.md"),
            context: run.join("context.json"),
            check: run.join("check.sh"),
            run,
        })
    }

    /// Makes the folder of the locks, so that these can be taken.
    pub(crate) fn make_locks(&self) -> Result<(), String> {
        self.lock.parent().map_or(Ok(()), private_folder)
    }

    /// Makes what else is missing and writes the job's texts. Only under the locks: a folder may be on its way out.
    pub(crate) fn make(&self, job: &Job) -> Result<(), String> {
        let check = job.check.as_ref().map_or("", |check| check.script.as_str());
        self.worktree.parent().map_or(Ok(()), private_folder)?;
        private_folder(&self.run)?;
        let wanted = answer::wanted(&job.intent).unwrap_or_default();
        private_file(&self.brief, &format!("{}{wanted}", job.brief.value))?;
        let context = job.context.as_ref().map_or_else(String::new, ToString::to_string);
        private_file(&self.context, &context)?;
        private_file(&self.check, check)?;
        if job.mode == Mode::Cloud {
            let repository = folder_name(job.repository.name.as_str(), &job.repository.location);
            private_file(&self.file(CLONE_PLACE), &format!("{repository}\n{}\n", job.branch))?;
        }
        Ok(())
    }

    /// A file of a run's own folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.run.join(name)
    }
}

pub(crate) fn absolute(root: &Path) -> Result<PathBuf, String> {
    std::path::absolute(root).map_err(|error| format!("{}: {error}", root.display()))
}

pub(crate) fn lock_of(root: &Path, name: &str) -> PathBuf {
    root.join("locks").join(name)
}

/// Briefs may say more than other users of this computer should read.
fn private_folder(path: &Path) -> Result<(), String> {
    told(path, DirBuilder::new().recursive(true).mode(0o700).create(path))
}

fn private_file(path: &Path, text: &str) -> Result<(), String> {
    let write = || {
        // Not over an earlier file: its mode, and whoever has it open, would stay.
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?.write_all(text.as_bytes())
    };
    told(path, write())
}

fn told(path: &Path, done: io::Result<()>) -> Result<(), String> {
    done.map_err(|error| format!("writing {}: {error}", path.display()))
}
