//! Lines of a commit's text files that have some words, found by git among its objects. Bounded in words, lines a file, and
//! by the limits of every call.

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// Texts of one question.
const MOST_TEXTS: usize = 20;
/// Lines of one file.
const LINES_A_FILE: &str = "--max-count=20";
/// Lines of one answer; further ones are passed over.
const MOST_HITS: usize = 20_000;
/// Letters of a line that are looked at.
const LONGEST_LINE: usize = 400;

/// A line that has one of the texts, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub path: String,
    pub line: u32,
    pub text: String,
}

impl Repository {
    /// Where any of these texts stand, letter by letter, in git's order. Texts of several lines are passed over.
    pub async fn search_at(&self, commit: &CommitId, texts: &[String]) -> Result<Vec<Hit>, WorkspaceError> {
        let plain = |text: &&String| !text.trim().is_empty() && !text.contains(['\n', '\r', '\0']);
        let texts: Vec<&String> = texts.iter().filter(plain).take(MOST_TEXTS).collect();
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let doing = "searching files";
        let mut call = self.call(doing).args([
            "grep",
            "--fixed-strings",
            "-I",
            "--line-number",
            "--null",
            "--full-name",
            "--no-color",
            "--threads=1",
            LINES_A_FILE,
        ]);
        for text in texts {
            call = call.arg("-e").arg(text);
        }
        let answer = call.arg(commit.as_str()).ask().await?;
        match answer.status.code() {
            // Nothing has them.
            Some(1) => Ok(Vec::new()),
            Some(0) => {
                let text = String::from_utf8_lossy(&answer.stdout);
                Ok(text.lines().filter_map(|line| hit(line, commit)).take(MOST_HITS).collect())
            }
            _ => Err(answer.failure(doing)),
        }
    }
}

/// `COMMIT:PATH`, a zero byte, `LINE:TEXT`; newer versions of git write a zero byte after the line, too.
fn hit(entry: &str, commit: &CommitId) -> Option<Hit> {
    let (place, rest) = entry.split_once('\0')?;
    let path = place.strip_prefix(commit.as_str())?.strip_prefix(':')?;
    let (line, text) = rest.split_once(['\0', ':'])?;
    let text = text.chars().take(LONGEST_LINE).collect();
    Some(Hit { path: path.to_owned(), line: line.parse().ok()?, text })
}
