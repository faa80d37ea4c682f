//! Which folders and files belong to a run, on this computer.
//!
//! ```text
//! root/repositories/           bare repositories, see workspace
//! root/worktrees/<repository>/ one folder a task's branch: outlives its runs
//! root/runs/<run>/             brief.md, check.sh, clone/ and what is needed to take it in
//! root/locks/                  one file a place
//! ```

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use signalbox_domain::job::Job;
use signalbox_domain::task::Mode;
use signalbox_workspace::{BRANCH_FOLDER, folder_name};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Folders {
    pub(crate) run: PathBuf,
    pub(crate) worktree: PathBuf,
    pub(crate) lock: PathBuf,
    pub(crate) brief: PathBuf,
    pub(crate) check: PathBuf,
}

impl Folders {
    /// Makes what is missing and writes the job's texts. The error is for people.
    pub(crate) fn make(root: &Path, job: &Job) -> Result<Self, String> {
        let root = std::path::absolute(root).map_err(|error| format!("{}: {error}", root.display()))?;
        let location = &job.repository.location;
        let leaf = folder_name(job.branch.strip_prefix(BRANCH_FOLDER).unwrap_or(&job.branch), location);
        let lock = match job.mode {
            Mode::Local => folder_name("local", location),
            Mode::Worktree => leaf.clone(),
            Mode::Cloud => job.run.to_string(),
        };
        let run = root.join("runs").join(job.run.to_string());
        let worktrees = root.join("worktrees").join(folder_name(job.repository.name.as_str(), location));
        let folders = Self {
            worktree: worktrees.join(leaf),
            lock: root.join("locks").join(lock),
            brief: run.join("brief.md"),
            check: run.join("check.sh"),
            run,
        };
        let check = job.check.as_ref().map_or("", |check| check.script.as_str());
        for made in [
            private_folder(&folders.run),
            private_folder(&worktrees),
            private_folder(&root.join("locks")),
            private_file(&folders.brief, &job.brief.value),
            private_file(&folders.check, check),
        ] {
            made?;
        }
        Ok(folders)
    }

    /// A file of a run's own folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.run.join(name)
    }
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
