//! The commits that changed some files, newest first.

use super::path::check;
use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// Commits of one answer.
const MOST_COMMITS: usize = 500;
/// Paths of one question.
const MOST_PATHS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    pub commit: CommitId,
    pub author: String,
    pub email: String,
    /// Seconds since 1970.
    pub at: i64,
    pub subject: String,
}

impl Repository {
    /// At most `limit` commits up to `until`, without those up to `after`, that changed any of these paths. Paths that are
    /// none are passed over; where none is left, nothing is found.
    pub async fn history(
        &self,
        after: Option<&CommitId>,
        until: &CommitId,
        paths: &[&str],
        limit: usize,
    ) -> Result<Vec<LogEntry>, WorkspaceError> {
        let paths: Vec<&str> = paths.iter().filter_map(|path| check(path).ok()).take(MOST_PATHS).collect();
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let doing = "reading the history of files";
        let mut call = self
            .call(doing)
            .args(["--literal-pathspecs", "log", "-z", "--no-show-signature", "--no-mailmap"])
            .args(["--format=%H%n%an%n%ae%n%at%n%s", &format!("--max-count={}", limit.min(MOST_COMMITS))])
            .arg(until.as_str());
        if let Some(after) = after {
            call = call.arg(format!("^{after}"));
        }
        let answer = call.arg("--").args(paths).run().await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        text.split('\0').filter(|entry| !entry.is_empty()).map(|entry| read(doing, entry)).collect()
    }
}

fn read(doing: &'static str, entry: &str) -> Result<LogEntry, WorkspaceError> {
    let mut lines = entry.lines();
    let mut next = || lines.next().unwrap_or_default();
    let commit = CommitId::parse(doing, next())?;
    let (author, email) = (next().to_owned(), next().to_owned());
    let at = next().parse().map_err(|_| WorkspaceError::unreadable(doing, entry))?;
    Ok(LogEntry { commit, author, email, at, subject: next().to_owned() })
}
