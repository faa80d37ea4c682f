//! Who wrote which line of a file, and with which commit.

use std::collections::BTreeMap;

use super::path::check;
use super::source::Unreadable;
use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// Lines of one question.
const MOST_LINES: u32 = 400;

/// One line and the commit that it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlamedLine {
    pub line: u32,
    pub commit: CommitId,
    pub author: String,
    pub email: String,
    /// Seconds since 1970.
    pub at: i64,
    pub subject: String,
}

impl Repository {
    /// The lines from `first` to `last`, as far as the file has them and `MOST_LINES` allow.
    pub async fn blame(
        &self,
        commit: &CommitId,
        path: &str,
        first: u32,
        last: u32,
    ) -> Result<Result<Vec<BlamedLine>, Unreadable>, WorkspaceError> {
        // Whether it may be read is asked first: what is too large is too large to blame.
        let source = match self.source_at(commit, path).await? {
            Ok(source) => source,
            Err(why) => return Ok(Err(why)),
        };
        let path = match check(path) {
            Ok(path) => path,
            Err(why) => return Ok(Err(why.into())),
        };
        let first = first.max(1);
        let last = last.min(source.lines()).min(first.saturating_add(MOST_LINES - 1));
        if last < first {
            return Ok(Ok(Vec::new()));
        }
        let doing = "asking who wrote lines";
        let text = self
            .call(doing)
            .args(["--literal-pathspecs", "blame", "--porcelain", "-w"])
            .args([format!("-L{first},{last}"), commit.as_str().to_owned()])
            .args(["--", path])
            .run()
            .await?;
        read(doing, &String::from_utf8_lossy(&text)).map(Ok)
    }
}

/// What is told once for each commit.
#[derive(Debug, Clone, Default)]
struct Told {
    author: String,
    email: String,
    at: i64,
    subject: String,
}

fn read(doing: &'static str, text: &str) -> Result<Vec<BlamedLine>, WorkspaceError> {
    let mut told: BTreeMap<&str, Told> = BTreeMap::new();
    let mut lines = Vec::new();
    let mut present: Option<(&str, u32)> = None;
    // Lines of text begin with a tab: nothing in them is taken for a header.
    for line in text.lines() {
        if line.starts_with('\t') {
            let Some((commit, number)) = present.take() else { continue };
            let known = told.get(commit).cloned().unwrap_or_default();
            let commit = CommitId::parse(doing, commit)?;
            let Told { author, email, at, subject } = known;
            lines.push(BlamedLine { line: number, commit, author, email, at, subject });
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let Some((commit, _)) = present else {
            let number = rest.split(' ').nth(1).and_then(|number| number.parse().ok());
            present = Some((word, number.ok_or_else(|| WorkspaceError::unreadable(doing, line))?));
            continue;
        };
        let known = told.entry(commit).or_default();
        match word {
            "author" => rest.clone_into(&mut known.author),
            "author-mail" => known.email = rest.trim_matches(['<', '>']).to_owned(),
            "author-time" => known.at = rest.parse().unwrap_or_default(),
            "summary" => rest.clone_into(&mut known.subject),
            _ => {}
        }
    }
    Ok(lines)
}
