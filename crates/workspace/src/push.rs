//! Publishes exactly one branch. What is there already is looked up first, so a push may be repeated.

use signalbox_domain::ids::RunId;

use crate::bare::{CommitId, Repository, Start};
use crate::commit::Commit;
use crate::error::WorkspaceError;

/// How the branch came to be at origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    Now,
    /// Origin had that commit: an earlier push whose answer was lost.
    Before,
}

impl Repository {
    /// Pushes `head` as `branch`. Never forces: a branch that moved elsewhere is an error.
    pub async fn push(&self, branch: &str, head: &CommitId) -> Result<Pushed, WorkspaceError> {
        self.check_branch(branch).await?;
        let full = format!("refs/heads/{branch}");
        if let Some(there) = self.at_origin(&full).await?
            && self.holds(&there, head).await?
        {
            return Ok(Pushed::Before);
        }
        self.call("pushing")
            .remote()
            .args(["push", "--quiet", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "origin"])
            .arg(format!("{head}:{full}"))
            .run()
            .await?;
        Ok(Pushed::Now)
    }

    /// What origin has of a run by now, where `git push` went on after its runner was killed.
    pub async fn pushed_by(
        &self,
        run: RunId,
        branch: &str,
        default_branch: &str,
    ) -> Result<Option<Commit>, WorkspaceError> {
        let lock = self.lock().await?;
        self.fetch(&self.dir, &lock).await?;
        drop(lock);
        let Start { from, base } = self.start_of(branch, default_branch).await?;
        match self.commit_of_run(&base, &from, run).await? {
            Some(head) => self.commit_between(branch, &base, head).await,
            None => Ok(None),
        }
    }

    /// Whether `head` is part of what `tip` names. Not where `tip` was never fetched: then the push itself will tell.
    async fn holds(&self, tip: &CommitId, head: &CommitId) -> Result<bool, WorkspaceError> {
        if tip == head {
            return Ok(true);
        }
        let compare = self.call("comparing with origin").args(["merge-base", "--is-ancestor"]);
        Ok(compare.args([head.as_str(), tip.as_str()]).ask().await?.status.success())
    }

    async fn at_origin(&self, full_ref: &str) -> Result<Option<CommitId>, WorkspaceError> {
        let doing = "looking at origin";
        let listed =
            self.call(doing).remote().args(["ls-remote", "--quiet", "origin", full_ref]).text().await?;
        // A pattern also matches refs that end in it; the name has to be the very one.
        let line =
            listed.lines().find(|line| line.split_once('\t').is_some_and(|(_, name)| name == full_ref));
        let id = line.and_then(|line| line.split('\t').next());
        id.map(|id| CommitId::parse(doing, id)).transpose()
    }
}
