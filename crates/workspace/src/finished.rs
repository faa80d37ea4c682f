//! Looks up what a run has committed already, so that an attempt after a crash does not do the work again.
//!
//! The commit of a run is made once its work is done and checked. It is known by its committer and by the trailer that
//! names the run, at origin or here; an agent's own commits prove nothing. Called by the runner before an agent starts.

use signalbox_domain::ids::RunId;

use crate::bare::{CommitId, Repository, Start};
use crate::clone::{SandboxClone, head_ref};
use crate::commit::Commit;
use crate::error::WorkspaceError;
use crate::git::OUR_EMAIL;
use crate::worktree::Worktree;

/// A branch of one task has a few commits; where it has more than these, the newest are looked at.
const MOST: &str = "--max-count=1000";
/// One line a commit: its name, its committer, the runs that its trailers name.
const LINE: &str = "--format=%H %ce %(trailers:key=Signalbox-Run,valueonly,separator=%x20)";

impl Worktree {
    /// The commit that an earlier attempt at this run made.
    pub async fn finished(&self, run: RunId) -> Result<Option<Commit>, WorkspaceError> {
        let full = format!("refs/heads/{}", self.branch());
        let found = self.repository.finished(self.branch(), self.base(), &full, run).await?;
        if let Some(commit) = &found
            && self.repository.commit_of(&full).await?.as_ref() == Some(&commit.head)
        {
            // The last step of a commit, which may have been cut off.
            self.call("returning to the branch").args(["symbolic-ref", "HEAD", &full]).run().await?;
        }
        Ok(found)
    }
}

impl Repository {
    /// The commit that an earlier attempt at this run made of a clone.
    pub async fn finished_clone(
        &self,
        clone: &SandboxClone,
        run: RunId,
    ) -> Result<Option<Commit>, WorkspaceError> {
        let Start { base, .. } = &clone.start;
        self.finished(&clone.branch, base, &head_ref(&clone.branch), run).await
    }

    /// At origin as it was when the repository was opened, where a push stands above what is here; else in `local`.
    async fn finished(
        &self,
        branch: &str,
        base: &CommitId,
        local: &str,
        run: RunId,
    ) -> Result<Option<Commit>, WorkspaceError> {
        for full_ref in [&format!("refs/remotes/origin/{branch}"), local] {
            let Some(tip) = self.commit_of(full_ref).await? else { continue };
            if let Some(head) = self.commit_of_run(base, &tip, run).await? {
                return self.commit_between(branch, base, head).await;
            }
        }
        Ok(None)
    }

    /// The commit of ours above `base` that names the run.
    pub(crate) async fn commit_of_run(
        &self,
        base: &CommitId,
        tip: &CommitId,
        run: RunId,
    ) -> Result<Option<CommitId>, WorkspaceError> {
        let (doing, run) = ("looking for the commit of a run", run.to_string());
        let listed = self.call(doing).args(["rev-list", MOST, "--no-commit-header", LINE]);
        let listed = listed.arg(format!("{base}..{tip}")).text().await?;
        let head = listed.lines().find_map(|line| {
            let mut words = line.split(' ');
            let (head, committer) = (words.next()?, words.next()?);
            (committer == OUR_EMAIL && words.any(|named| named == run)).then_some(head)
        });
        head.map(|head| CommitId::parse(doing, head)).transpose()
    }
}
