//! Bare repositories in a cache folder: what all worktrees and clones of one repository on this computer are made of.
//!
//! Upstream's branches lie in `refs/remotes/origin/*`, ours in `refs/heads/signalbox/*`: a fetch with `--prune` never
//! touches a branch with work on it, as a mirror's would. A repository appears in the cache only once its first fetch
//! went well, so a name that leads nowhere leaves nothing behind.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use signalbox_domain::names::RepositoryName;
use signalbox_runtime::Clock;

use crate::error::WorkspaceError;
use crate::git::{Call, Git, GitConfig};
use crate::lock::FileLock;
use crate::names::{BRANCH_FOLDER, folder_name};

/// The name of a commit, checked: 40 or 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(String);

/// Where the work on a branch begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// The newest commit of the branch at origin, where it is there already; else of the default branch.
    pub from: CommitId,
    /// The commit of the default branch that the work stands on.
    pub base: CommitId,
}

/// The folder of bare repositories of this computer.
#[derive(Debug, Clone)]
pub struct Cache {
    root: PathBuf,
    pub(crate) git: Git,
}

/// One bare repository, up to date when it was asked for.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(crate) git: Git,
    pub(crate) dir: PathBuf,
    pub(crate) location: String,
}

impl CommitId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn parse(doing: &'static str, text: &str) -> Result<Self, WorkspaceError> {
        let hex = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex { Ok(Self(text.to_owned())) } else { Err(WorkspaceError::unreadable(doing, text)) }
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Cache {
    pub fn new(root: PathBuf, config: GitConfig, clock: Clock) -> Self {
        Self { root, git: Git { config, clock } }
    }

    /// The repository at `location`, fetched now.
    pub async fn repository(
        &self,
        name: &RepositoryName,
        location: &str,
    ) -> Result<Repository, WorkspaceError> {
        check_location(location)?;
        fs::create_dir_all(&self.root).map_err(WorkspaceError::io("making the folder", &self.root))?;
        let folder = folder_name(name.as_str(), location);
        let repository =
            Repository { git: self.git.clone(), dir: self.folder(&folder), location: location.to_owned() };
        let lock = repository.lock().await?;
        if repository.dir.exists() {
            repository.check_origin().await?;
            repository.fetch(&repository.dir, &lock).await?;
        } else {
            repository.begin(&self.root.join(format!("{folder}.git.new")), &lock).await?;
        }
        Ok(repository)
    }

    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.root.join(format!("{name}.git"))
    }
}

impl Repository {
    /// Where this computer keeps it.
    pub fn folder(&self) -> &Path {
        &self.dir
    }

    /// The lock that every writer to this repository holds.
    pub(crate) async fn lock(&self) -> Result<FileLock, WorkspaceError> {
        FileLock::acquire(&self.git.clock, &self.dir.with_extension("lock"), self.git.config.lock_limit).await
    }

    pub(crate) fn call(&self, doing: &'static str) -> Call<'_> {
        self.git.call(doing).git_dir(&self.dir)
    }

    /// Where work on `branch` begins, by what origin had at the last fetch.
    pub async fn start_of(&self, branch: &str, default_branch: &str) -> Result<Start, WorkspaceError> {
        self.check_branch(branch).await?;
        self.check_ref(default_branch).await?;
        let default = self.commit_of(&format!("refs/remotes/origin/{default_branch}")).await?;
        let default = default.ok_or_else(|| WorkspaceError::RefMissing {
            location: shown(&self.location),
            name: format!("branch {default_branch:?}"),
        })?;
        let Some(from) = self.commit_of(&format!("refs/remotes/origin/{branch}")).await? else {
            return Ok(Start { from: default.clone(), base: default });
        };
        let doing = "looking for the common ancestor";
        let answer = self.call(doing).args(["merge-base", default.as_str(), from.as_str()]).ask().await?;
        let base = match answer.status.code() {
            Some(0) => CommitId::parse(doing, String::from_utf8_lossy(&answer.stdout).trim())?,
            Some(1) => from.clone(),
            _ => return Err(answer.failure(doing)),
        };
        Ok(Start { from, base })
    }

    /// The commit that a full ref names, if it is there.
    pub(crate) async fn commit_of(&self, full_ref: &str) -> Result<Option<CommitId>, WorkspaceError> {
        let doing = "looking up a ref";
        let answer = self
            .call(doing)
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{full_ref}^{{commit}}"))
            .ask()
            .await?;
        match answer.status.code() {
            Some(0) => {
                let text = String::from_utf8_lossy(&answer.stdout).into_owned();
                // Git 2.39 prints the option back before the answer.
                CommitId::parse(doing, text.lines().last().unwrap_or_default()).map(Some)
            }
            Some(1) => Ok(None),
            _ => Err(answer.failure(doing)),
        }
    }

    /// Only branches of our own folder are ever written.
    pub(crate) async fn check_branch(&self, branch: &str) -> Result<(), WorkspaceError> {
        if !branch.starts_with(BRANCH_FOLDER) {
            return Err(WorkspaceError::BranchName { name: branch.chars().take(200).collect() });
        }
        self.check_ref(branch).await
    }

    async fn check_ref(&self, branch: &str) -> Result<(), WorkspaceError> {
        let name = || WorkspaceError::BranchName { name: branch.chars().take(200).collect() };
        if branch.len() > 200 || branch.contains('\0') {
            return Err(name());
        }
        let answer = self
            .call("checking the name of a branch")
            .args(["check-ref-format", &format!("refs/heads/{branch}")])
            .ask()
            .await?;
        if answer.status.success() { Ok(()) } else { Err(name()) }
    }

    /// Makes the repository beside its place and moves it there when it is whole.
    async fn begin(&self, new: &Path, lock: &FileLock) -> Result<(), WorkspaceError> {
        // Left by a first fetch that was cut short: nothing of ours has ever been in there.
        remove_if_there(new)?;
        let made = self.fill(new, lock).await;
        if made.is_err() {
            remove_if_there(new)?;
        }
        made?;
        fs::rename(new, &self.dir).map_err(WorkspaceError::io("moving into place", new))
    }

    async fn fill(&self, new: &Path, lock: &FileLock) -> Result<(), WorkspaceError> {
        let git = &self.git;
        git.call("making a repository")
            .args(["init", "--quiet", "--bare", "--template="])
            .arg(new)
            .run()
            .await?;
        for (key, value) in [("remote.origin.url", self.location.as_str()), ("remote.origin.fetch", BRANCHES)]
        {
            git.call("settling a repository").git_dir(new).args(["config", key, value]).run().await?;
        }
        self.fetch(new, lock).await
    }

    async fn check_origin(&self) -> Result<(), WorkspaceError> {
        let origin = self.call("reading the origin").args(["config", "remote.origin.url"]).text().await?;
        if origin == self.location {
            Ok(())
        } else {
            Err(WorkspaceError::Occupied { path: self.dir.clone() })
        }
    }

    pub(crate) async fn fetch(&self, dir: &Path, lock: &FileLock) -> Result<(), WorkspaceError> {
        let fetched = self
            .git
            .call("fetching")
            .git_dir(dir)
            .remote()
            .under(lock)?
            .args([
                "fetch",
                "--quiet",
                "--prune",
                "--no-tags",
                "--no-write-fetch-head",
                "--no-auto-maintenance",
            ])
            .args(["origin", BRANCHES, TAGS])
            .run()
            .await;
        match fetched {
            Ok(_) => Ok(()),
            Err(WorkspaceError::GitFailed { tail, .. }) if says_missing(&tail) => {
                Err(WorkspaceError::RepositoryMissing { location: shown(&self.location), tail })
            }
            Err(error) => Err(error),
        }
    }
}

const BRANCHES: &str = "+refs/heads/*:refs/remotes/origin/*";
/// Apart from all other names: a tag that is called like a commit or a branch is taken for neither.
const TAGS: &str = "+refs/tags/*:refs/releases/*";

/// What git and the common forges say where there is no repository.
fn says_missing(tail: &str) -> bool {
    let tail = tail.to_ascii_lowercase();
    ["does not appear to be a git repository", "repository not found", "no such file or directory"]
        .iter()
        .any(|words| tail.contains(words))
        || (tail.contains("repository '") && tail.contains("not found"))
}

/// A location is a URL, `host:path` or an absolute path; a relative one would mean something else in each folder.
fn check_location(location: &str) -> Result<(), WorkspaceError> {
    let named = location.contains(':') || Path::new(location).is_absolute();
    let option = location.starts_with('-');
    if named && !option && !location.chars().any(char::is_control) {
        return Ok(());
    }
    let tail = "expected a URL, host:path or an absolute path".to_owned();
    Err(WorkspaceError::RepositoryMissing { location: shown(location), tail })
}

/// A location without the password that somebody may have put into it all the same.
pub(crate) fn shown(location: &str) -> String {
    let bounded: String = location.chars().take(300).collect();
    match (bounded.find("://"), bounded.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 <= at => {
            format!("{}…{}", &bounded[..scheme + 3], &bounded[at..])
        }
        _ => bounded,
    }
}

pub(crate) fn remove_if_there(dir: &Path) -> Result<(), WorkspaceError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(WorkspaceError::io("removing what was cut short", dir)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_location_is_not_shown() {
        assert_eq!(shown("https://ada:secret@git.example/shop.git"), "https://…@git.example/shop.git");
        assert_eq!(shown("git@git.example:shop.git"), "git@git.example:shop.git");
        assert_eq!(shown("/srv/shop@2.git"), "/srv/shop@2.git");
    }

    #[test]
    fn a_location_is_never_taken_for_an_option_or_a_relative_path() {
        for bad in ["--upload-pack=x:y", "shop", "../shop", "", "/a\nb"] {
            assert!(matches!(check_location(bad), Err(WorkspaceError::RepositoryMissing { .. })), "{bad:?}");
        }
        for good in ["/srv/shop", "https://git.example/shop", "git@git.example:shop", "file:///srv/shop"] {
            assert!(check_location(good).is_ok(), "{good}");
        }
    }
}
