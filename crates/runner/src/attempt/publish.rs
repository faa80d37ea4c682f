//! The last step of a run with a change: what may not be published is held back, what is there already is reported.

use signalbox_domain::job::{ChangeReport, Publish};
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_workspace::Commit;

use super::{Abandoned, Attempt, Produced, Stop};
use crate::failure::named;
use crate::place::Place;
use crate::port::RunnerPort;

/// So many folders of an agent's own repositories are named.
const MOST_NAMED: usize = 10;

impl<P: RunnerPort> Attempt<'_, P> {
    /// Publishes a commit, as the job says, and reports what origin has then.
    pub(super) async fn publish(&self, place: &Place<'_>, commit: Commit) -> Result<Produced, Stop> {
        // A commit in this computer's own repository is nobody else's concern; a push is.
        self.hold.check().map_err(Abandoned::Lease)?;
        self.may_be_published(place, &commit).await?;
        let commit = match self.leased.job.publish {
            Publish::Keep => commit,
            Publish::Push => self.push(place, commit).await?,
        };
        let verdict = Verdict::Changed {
            branch: commit.branch.clone(),
            commit: commit.head.to_string(),
            files: commit.touched.files,
        };
        let change = ChangeReport {
            branch: commit.branch,
            base: commit.base.to_string(),
            head: commit.head.to_string(),
            commits: commit.commits,
            touches: commit.touched.lines,
        };
        Ok(Produced { verdict, change: Some(change) })
    }

    /// Says which files no commit has, and stops what is too large or has none.
    async fn may_be_published(&self, place: &Place<'_>, commit: &Commit) -> Result<(), Stop> {
        let nested = &commit.touched.nested;
        let mut folders: Vec<String> = nested.iter().map(|name| named(name, &self.tools.redact)).collect();
        folders.truncate(MOST_NAMED);
        if u32::try_from(nested.len()).is_ok_and(|count| count == commit.touched.files) {
            return Err(Failure::NestedRepository { folders }.into());
        }
        let limit_bytes = self.leased.job.limits.change_bytes;
        if place.weight(commit).await? > limit_bytes {
            return Err(Failure::TooMuchChanged { limit_bytes }.into());
        }
        for folder in folders {
            self.say(format!(
                "{folder} is a repository of its own: the commit has its name and none of its files.\n"
            ))
            .await?;
        }
        Ok(())
    }

    async fn push(&self, place: &Place<'_>, commit: Commit) -> Result<Commit, Stop> {
        let head = commit.head.clone();
        let pushed = place.push(&self.leased.job, commit).await?;
        if pushed.head != head {
            self.say(format!("An earlier attempt had pushed this already, as {}.\n", pushed.head)).await?;
        }
        Ok(pushed)
    }
}
