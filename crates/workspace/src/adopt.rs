//! Makes what an agent committed by itself known as its run's, as a commit of ours is: by trailers and committer.
//!
//! Only the tip is made anew, with its files, parents, author and words kept; and only where origin does not have it, so
//! that no branch there is ever to be rewritten. Called when a worktree is committed in which nothing else is left to do.

use signalbox_domain::ids::{RunId, TaskId};

use crate::bare::{CommitId, Repository};
use crate::commit::CommitMessage;
use crate::error::WorkspaceError;
use crate::git::OUR_EMAIL;
use crate::worktree::Worktree;

/// Parents, author, committer, the runs that it names, and its words, with a zero byte after each.
const FORMAT: &str = "--format=%P%x00%an%x00%ae%x00%ad%x00%ce%x00\
                      %(trailers:key=Signalbox-Run,valueonly,separator=%x20)%x00%B%x00";

/// A commit as it was made by somebody.
struct Made {
    parents: Vec<String>,
    author: [String; 3],
    committer: String,
    runs: String,
    words: String,
}

impl Worktree {
    /// The commit that stands for `tip`: it or the same again, with the run's name.
    pub(crate) async fn adopt(
        &self,
        tip: CommitId,
        tree: &str,
        message: &CommitMessage<'_>,
    ) -> Result<CommitId, WorkspaceError> {
        if !self.is_new(&tip).await? {
            return Ok(tip);
        }
        let made = self.repository.made(&tip).await?;
        if made.committer == OUR_EMAIL && !made.runs.trim().is_empty() {
            return Ok(tip);
        }
        self.repository.make_again(&made, tree, message).await
    }

    /// Neither where the work began nor at origin.
    async fn is_new(&self, tip: &CommitId) -> Result<bool, WorkspaceError> {
        let call = self.call("comparing with origin").args(["rev-list", "--max-count=1", tip.as_str()]);
        let known = ["--not", self.base().as_str(), self.from().as_str(), "--remotes=origin"];
        Ok(!call.args(known).text().await?.is_empty())
    }
}

impl Repository {
    async fn made(&self, commit: &CommitId) -> Result<Made, WorkspaceError> {
        let doing = "reading a commit";
        let call = self.call(doing).args(["rev-list", "--max-count=1", "--no-commit-header", "--date=raw"]);
        let bytes = call.args([FORMAT, commit.as_str()]).run().await?;
        // Nobody can be asked what a letter was that is none.
        let text = String::from_utf8_lossy(&bytes);
        let parts: Vec<&str> = text.split('\0').collect();
        let [parents, name, email, date, committer, runs, words, ..] = parts.as_slice() else {
            return Err(WorkspaceError::unreadable(doing, &text));
        };
        Ok(Made {
            parents: parents.split_whitespace().map(str::to_owned).collect(),
            author: [(*name).to_owned(), (*email).to_owned(), format!("@{date}")],
            committer: (*committer).to_owned(),
            runs: (*runs).to_owned(),
            words: (*words).to_owned(),
        })
    }

    async fn make_again(
        &self,
        made: &Made,
        tree: &str,
        message: &CommitMessage<'_>,
    ) -> Result<CommitId, WorkspaceError> {
        let doing = "naming the run of a commit";
        let text = self.named(&made.words, message).await?;
        let parents = made.parents.iter().flat_map(|parent| ["-p", parent.as_str()]);
        let mut call = self.call(doing).args(["commit-tree", "--no-gpg-sign"]).args(parents);
        // Git takes no author without a letter in the name: then it is ours.
        if made.author[0].chars().any(char::is_alphanumeric) {
            for (name, value) in ["NAME", "EMAIL", "DATE"].iter().zip(&made.author) {
                call = call.env(&format!("GIT_AUTHOR_{name}"), value);
            }
        }
        CommitId::parse(doing, &call.args(["-F", "-", tree]).input(text.into_bytes()).text().await?)
    }

    /// The words of a commit, with the trailers of its run and of no other.
    async fn named(&self, words: &str, message: &CommitMessage<'_>) -> Result<String, WorkspaceError> {
        let words = without_our_trailers(words);
        if words.trim().is_empty() {
            return Ok(message.text());
        }
        let CommitMessage { task, run, .. } = message;
        let call = self.call("naming a run").args(["interpret-trailers", "--no-divider"]);
        let call = call.args(trailers(*task, *run).iter().flat_map(|trailer| ["--trailer", trailer]));
        call.input(words.into_bytes()).text().await.map(|text| format!("{text}\n"))
    }
}

fn trailers(task: TaskId, run: RunId) -> [String; 2] {
    [format!("Signalbox-Task: {task}"), format!("Signalbox-Run: {run}")]
}

/// What an agent says of tasks and runs is not signed by us.
fn without_our_trailers(words: &str) -> String {
    let is_ours = |line: &&str| {
        let key = line.split(':').next().filter(|key| key.len() < line.len()).unwrap_or_default();
        ["signalbox-task", "signalbox-run"].iter().any(|ours| key.trim().eq_ignore_ascii_case(ours))
    };
    words.lines().filter(|line| !is_ours(line)).fold(String::new(), |kept, line| kept + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trailers_of_ours_are_left_away() {
        let words = "Signalbox-Run is slow\n\nsignalbox-run : run_x\nSignalbox-Task: y\nReviewed-by: Ada\n";
        assert_eq!(without_our_trailers(words), "Signalbox-Run is slow\n\nReviewed-by: Ada\n");
    }
}
