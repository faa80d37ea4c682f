//! From changed files to a commit on the task's branch, whatever state an agent left the worktree in.
//!
//! An agent may have committed by itself, switched branches or died within a git call. The commit is put together from
//! parts (index, tree, commit, ref), each of which may be repeated: an unchanged tree makes no second commit. The newest
//! commit names the run in any case, whoever made it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use signalbox_domain::ids::{RunId, TaskId};
use signalbox_runtime::Clock;

use crate::bare::{CommitId, Repository};
use crate::diff::Touched;
use crate::error::WorkspaceError;
use crate::git::Call;
use crate::worktree::Worktree;

/// What a commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitMessage<'a> {
    pub title: &'a str,
    pub task: TaskId,
    pub run: RunId,
}

/// What a branch holds beyond its base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub branch: String,
    pub base: CommitId,
    pub head: CommitId,
    pub commits: u32,
    pub touched: Touched,
}

/// Subjects longer than this are cut by most tools anyway.
const LONGEST_SUBJECT: usize = 72;
/// How long somebody else (an editor, say) may hold the index before its lock is taken for left behind.
const INDEX_PATIENCE: Duration = Duration::from_secs(5);
const INDEX_RETRY: Duration = Duration::from_millis(50);

impl CommitMessage<'_> {
    /// The title is one line of plain text: it can make no trailer, whoever wrote it.
    pub(crate) fn text(&self) -> String {
        let line: String = self.title.split(|c: char| c.is_control() || c.is_whitespace()).fold(
            String::new(),
            |mut line, word| {
                if !line.is_empty() && !word.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                line
            },
        );
        let subject: String = line.chars().take(LONGEST_SUBJECT).collect();
        let subject = if subject.trim().is_empty() { "Work on a task" } else { subject.trim() };
        format!("{subject}\n\nSignalbox-Task: {}\nSignalbox-Run: {}\n", self.task, self.run)
    }
}

impl Worktree {
    /// Commits everything that is not ignored, and says what the branch holds. None where that is nothing.
    pub async fn commit(&self, message: &CommitMessage<'_>) -> Result<Option<Commit>, WorkspaceError> {
        wait_for_index(&self.repository.git.clock, &self.git_dir).await?;
        let added = self.call("adding changes").args(["add", "--all", "--", "."]).run().await;
        added.map_err(unborn_within)?;
        let tree = self.call("writing a tree").args(["write-tree"]).text().await?;
        let parent = self.parent().await?;
        let head = self.repository.commit_tree(&tree, &parent, message).await?;
        let head = if head == parent { self.adopt(head, &tree, message).await? } else { head };
        let full = format!("refs/heads/{}", self.branch());
        self.call("moving the branch").args(["update-ref", &full, head.as_str()]).run().await?;
        self.call("returning to the branch").args(["symbolic-ref", "HEAD", &full]).run().await?;
        self.repository.commit_between(self.branch(), self.base(), head).await
    }

    /// What the next commit stands on: where the agent is, if that descends from the base; else our branch.
    async fn parent(&self) -> Result<CommitId, WorkspaceError> {
        let doing = "looking up the head";
        let branch = self.repository.commit_of(&format!("refs/heads/{}", self.branch())).await?;
        let answer =
            self.call(doing).args(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ask().await?;
        let head = CommitId::parse(doing, String::from_utf8_lossy(&answer.stdout).trim()).ok();
        if let Some(head) = head {
            let descends = self
                .call("comparing commits")
                .args(["merge-base", "--is-ancestor", self.base().as_str(), head.as_str()])
                .ask()
                .await?;
            if descends.status.success() {
                return Ok(head);
            }
        }
        Ok(branch.unwrap_or_else(|| self.base().clone()))
    }
}

impl Repository {
    /// A commit of `tree` upon `parent`; the parent itself where it has that tree.
    pub(crate) async fn commit_tree(
        &self,
        tree: &str,
        parent: &CommitId,
        message: &CommitMessage<'_>,
    ) -> Result<CommitId, WorkspaceError> {
        if self.tree_of(parent).await? == tree {
            return Ok(parent.clone());
        }
        let doing = "committing";
        let commit = self
            .call(doing)
            .args(["commit-tree", "--no-gpg-sign", "-p", parent.as_str(), "-F", "-", tree])
            .input(message.text().into_bytes());
        CommitId::parse(doing, &commit.text().await?)
    }

    pub(crate) async fn tree_of(&self, commit: &CommitId) -> Result<String, WorkspaceError> {
        let call: Call<'_> = self.call("reading a commit");
        call.args(["rev-parse", "--verify", "--quiet", &format!("{commit}^{{tree}}")]).text().await
    }

    pub(crate) async fn commit_between(
        &self,
        branch: &str,
        base: &CommitId,
        head: CommitId,
    ) -> Result<Option<Commit>, WorkspaceError> {
        if head == *base {
            return Ok(None);
        }
        let doing = "counting commits";
        let count = self.call(doing).args(["rev-list", "--count", &format!("{base}..{head}")]).text().await?;
        let commits = count.parse().map_err(|_| WorkspaceError::unreadable(doing, &count))?;
        let touched = self.touched(base, &head).await?;
        if touched.files == 0 {
            return Ok(None);
        }
        Ok(Some(Commit { branch: branch.to_owned(), base: base.clone(), head, commits, touched }))
    }
}

/// A repository without a commit makes git refuse all files.
fn unborn_within(error: WorkspaceError) -> WorkspaceError {
    match &error {
        WorkspaceError::GitFailed { tail, .. } => match unborn_repository(tail) {
            Some(folder) => WorkspaceError::UnbornRepository { folder },
            None => error,
        },
        _ => error,
    }
}

/// The folder of which git says so.
pub fn unborn_repository(tail: &str) -> Option<String> {
    let told = |line: &str| {
        let folder = line.strip_prefix("error: '")?.strip_suffix("' does not have a commit checked out")?;
        Some(folder.trim_end_matches('/').to_owned())
    };
    tail.lines().find_map(told)
}

/// Takes away the index lock of a git that was killed; one that is alive is waited for.
async fn wait_for_index(clock: &Clock, git_dir: &Path) -> Result<(), WorkspaceError> {
    let lock = git_dir.join("index.lock");
    let deadline = clock.boot().plus(INDEX_PATIENCE);
    while lock.exists() {
        if deadline.since(clock.boot()).is_zero() {
            tracing::warn!(lock = %lock.display(), "removing the lock of a git that is gone");
            return match fs::remove_file(&lock) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(WorkspaceError::Io { doing: "removing", path: lock, source: error })
                }
                _ => Ok(()),
            };
        }
        clock.sleep(INDEX_RETRY).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn text(title: &str) -> String {
        let (task, run) = (TaskId::from_uuid(Uuid::nil()), RunId::from_uuid(Uuid::nil()));
        CommitMessage { title, task, run }.text()
    }

    #[test]
    fn a_title_makes_one_line_and_no_trailer() {
        let trailers = "\n\nSignalbox-Task: task_00000000000000000000000000\n\
                        Signalbox-Run: run_00000000000000000000000000\n";
        for (title, subject) in [
            ("Fix the basket", "Fix the basket".to_owned()),
            ("x\n\nSignalbox-Task: forged\r\n", "x Signalbox-Task: forged".to_owned()),
            (" \n\t ", "Work on a task".to_owned()),
            ("$(reboot) `x` \u{1b}[2J", "$(reboot) `x` [2J".to_owned()),
            (&"ä".repeat(500), "ä".repeat(72)),
        ] {
            assert_eq!(text(title), format!("{subject}{trailers}"), "{title:?}");
        }
    }
}
