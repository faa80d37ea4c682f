//! A repository that a person made, and a cache beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use signalbox_domain::ids::{RunId, TaskId};
use signalbox_runtime::{Clock, Shutdown, Tasks};
use signalbox_workspace::{Cache, CommitMessage, GitConfig, Repository, WorkspaceError};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) const BRANCH: &str = "signalbox/task-fix";

pub(crate) struct House {
    pub(crate) folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) tasks: Tasks,
}

impl House {
    /// An origin with one commit on `main`: `a.txt` of nine lines.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let house = Self { folder, clock: Clock::system(), tasks: Tasks::new(Shutdown::new()) };
        fs::create_dir(house.origin()).unwrap();
        git(&house.origin(), &["init", "-q", "-b", "main"]);
        let lines: String = (1..10).map(|n| format!("line {n}\n")).collect();
        house.commit("a.txt", &lines);
        house
    }

    pub(crate) fn origin(&self) -> PathBuf {
        self.folder.path().join("origin")
    }

    pub(crate) fn location(&self) -> String {
        self.origin().to_str().unwrap().to_owned()
    }

    /// Commits a file at origin.
    pub(crate) fn commit(&self, name: &str, text: &str) -> String {
        write(&self.origin().join(name), text);
        git(&self.origin(), &["add", "-A"]);
        git(&self.origin(), &["commit", "-q", "-m", "A person's work"]);
        git(&self.origin(), &["rev-parse", "HEAD"])
    }

    pub(crate) fn cache_with(&self, config: GitConfig) -> Cache {
        Cache::new(self.folder.path().join("cache"), config, self.clock.clone())
    }

    pub(crate) async fn open(&self, config: GitConfig) -> Result<Repository, WorkspaceError> {
        self.cache_with(config).repository(&"acme/shop".parse().unwrap(), &self.location()).await
    }

    pub(crate) async fn repository(&self) -> Repository {
        self.open(GitConfig::default()).await.unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program to be run as git.
    pub(crate) fn program(&self, name: &str, script: &str) -> GitConfig {
        use std::os::unix::fs::PermissionsExt;
        let program = self.path(name);
        write(&program, script);
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        GitConfig { program, ..GitConfig::default() }
    }
}

pub(crate) fn message() -> CommitMessage<'static> {
    let (task, run) = (TaskId::from_uuid(Uuid::from_u128(1)), RunId::from_uuid(Uuid::from_u128(2)));
    CommitMessage { title: "Fix the basket", task, run }
}

pub(crate) fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A person's git.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
