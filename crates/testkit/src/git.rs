//! A small repository for tests: a bare origin, and checkouts of it to commit in and push from.
//!
//! The same steps give the same commit ids on every machine: names, dates and settings are fixed, and what
//! the person at this machine has set for git does not count. Must never: touch a repository outside of its
//! nest. Called by tests of `workspace`, `runner` and `forge`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::process::{Nest, ProcessError};

/// The branch that everything starts from.
pub const MAIN: &str = "main";
/// The first commit's date, in seconds; each further one is a minute later.
const FIRST_DATE: u32 = 1_790_000_000;

/// Why git did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("making a folder for git")]
    Process(#[from] ProcessError),
    #[error("running git")]
    Run(#[source] std::io::Error),
    #[error("git {arguments} failed: {said}")]
    Failed { arguments: String, said: String },
    #[error("writing {}", path.display())]
    Write {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// A bare repository with one commit on [`MAIN`]. It goes with its last checkout.
#[derive(Debug, Clone)]
pub struct Origin {
    shared: Arc<Shared>,
}

/// A clone of the origin with a working tree.
#[derive(Debug, Clone)]
pub struct Checkout {
    folder: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    bare: PathBuf,
    commits: AtomicU32,
    nest: Nest,
}

impl Origin {
    /// Makes the origin with a first commit of these files, given as path and text.
    ///
    /// # Errors
    /// When git is missing or fails.
    pub fn start(files: &[(&str, &str)]) -> Result<Self, GitError> {
        let nest = Nest::new()?;
        let bare = nest.folder().join("origin.git");
        let origin = Self { shared: Arc::new(Shared { bare, commits: AtomicU32::new(0), nest }) };
        let branch = format!("--initial-branch={MAIN}");
        let folder = origin.shared.nest.folder();
        git(&origin.shared, folder, &["init", "--quiet", "--bare", &branch, "origin.git"])?;
        let first = origin.checkout("first")?;
        for (path, text) in files {
            first.write(path, text)?;
        }
        first.commit("Begin")?;
        first.git(&["push", "--quiet", "origin", MAIN])?;
        Ok(origin)
    }

    /// What a clone is made from.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.bare
    }

    /// Clones the origin into a folder of this name.
    ///
    /// # Errors
    /// When git fails, or the name is taken.
    pub fn checkout(&self, name: &str) -> Result<Checkout, GitError> {
        let nest = self.shared.nest.folder();
        git(&self.shared, nest, &["clone", "--quiet", "origin.git", name])?;
        Ok(Checkout { folder: nest.join(name), shared: Arc::clone(&self.shared) })
    }

    /// Runs git in the bare repository and returns what it prints.
    ///
    /// # Errors
    /// When git fails; the error carries what it said.
    pub fn git(&self, arguments: &[&str]) -> Result<String, GitError> {
        git(&self.shared, &self.shared.bare, arguments)
    }
}

impl Checkout {
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of the working tree, and the folders that it needs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: &str) -> Result<(), GitError> {
        let path = self.folder.join(path);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .map_err(|source| GitError::Write { path: path.clone(), source })
    }

    /// Commits all that changed, or nothing at all where nothing did, and returns the commit's id.
    ///
    /// # Errors
    /// When git fails.
    pub fn commit(&self, message: &str) -> Result<String, GitError> {
        self.git(&["add", "--all"])?;
        self.shared.commits.fetch_add(1, Ordering::Relaxed);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message])?;
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git in the checkout and returns what it prints.
    ///
    /// # Errors
    /// When git fails; the error carries what it said.
    pub fn git(&self, arguments: &[&str]) -> Result<String, GitError> {
        git(&self.shared, &self.folder, arguments)
    }
}

fn git(shared: &Shared, folder: &Path, arguments: &[&str]) -> Result<String, GitError> {
    let output = isolated(folder, shared.commits.load(Ordering::Relaxed))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(GitError::Run)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Err(GitError::Failed { arguments: arguments.join(" "), said })
}

/// git that knows no person's settings, nor the repository that the tests themselves are run from.
fn isolated(folder: &Path, commits: u32) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(&name);
        }
    }
    let date = format!("{} +0000", FIRST_DATE.saturating_add(commits.saturating_mul(60)));
    command.current_dir(folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Testkit");
        command.env(format!("GIT_{role}_EMAIL"), "testkit@example.invalid");
        command.env(format!("GIT_{role}_DATE"), &date);
    }
    command
}
