//! Reading a repository at a commit: its files, their text, who wrote which line and when. Bounded in bytes, lines and
//! time.
//!
//! Everything is read from git's objects, never from a folder: whatever a frame calls a path (`../`, an absolute one, a
//! link that leads out), no file outside the repository's own history can be meant. What cannot be read says why.

mod blame;
mod code_owners;
mod function;
mod history;
mod path;
mod release;
mod search;
mod source;
mod tree;

pub use blame::BlamedLine;
pub use code_owners::{CODE_OWNERS, CodeOwners};
pub use function::{Function, enclosing};
pub use history::LogEntry;
pub use path::BadPath;
pub use search::Hit;
pub use source::{Source, Unreadable};
pub use tree::Listing;

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// A name of a commit may be as short as people write it.
const SHORTEST_NAME: usize = 7;
const LONGEST_NAME: usize = 64;

impl Repository {
    /// The commit that a release or a frame names by its digits, where the repository still has it.
    pub async fn commit_named(&self, name: &str) -> Result<Option<CommitId>, WorkspaceError> {
        let is_name = (SHORTEST_NAME..=LONGEST_NAME).contains(&name.len());
        if !is_name || !name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(None);
        }
        let doing = "looking for a commit";
        let answer = self
            .call(doing)
            .args(["rev-parse", "--verify", "--quiet", "--end-of-options"])
            .arg(format!("{name}^{{commit}}"))
            .ask()
            .await?;
        if !answer.status.success() {
            // Gone, never there, or too short to be one commit: in each case it leads nowhere.
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        CommitId::parse(doing, text.lines().last().unwrap_or_default()).map(Some)
    }

    /// The newest commit of a branch at origin, as of the last fetch.
    pub async fn head_of(&self, branch: &str) -> Result<CommitId, WorkspaceError> {
        self.start_of("signalbox/none", branch).await.map(|start| start.base)
    }
}
