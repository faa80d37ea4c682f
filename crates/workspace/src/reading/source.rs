//! The text of one file at a commit, or why there is none.

use super::path::{BadPath, check};
use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// Larger files are made by programs, or are none that people read.
const LARGEST: u64 = 1 << 20;
/// What shows that a file is no text stands near its beginning.
const LOOKED_AT: usize = 8 << 10;

/// A file's text at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Why a file is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("its path is not looked for: {0}")]
    Path(#[from] BadPath),
    #[error("the commit has no such file")]
    NotThere,
    #[error("it is a link, which is not followed")]
    Link,
    #[error("it is a folder")]
    Folder,
    #[error("it is another repository's")]
    Submodule,
    #[error("it has {bytes} bytes; at most {LARGEST} are read")]
    TooLarge { bytes: u64 },
    #[error("it is no text")]
    Binary,
}

impl Source {
    /// Some lines, counted from one, with their numbers; none beyond the end.
    #[must_use]
    pub fn around(&self, line: u32, each_way: u32) -> Vec<(u32, &str)> {
        let (first, last) = (line.saturating_sub(each_way).max(1), line.saturating_add(each_way));
        let numbered = (1..).zip(self.text.lines());
        numbered.skip_while(|(at, _)| *at < first).take_while(|(at, _)| *at <= last).collect()
    }

    #[must_use]
    pub fn lines(&self) -> u32 {
        u32::try_from(self.text.lines().count()).unwrap_or(u32::MAX)
    }
}

impl Repository {
    /// One file's text at a commit.
    pub async fn source_at(
        &self,
        commit: &CommitId,
        path: &str,
    ) -> Result<Result<Source, Unreadable>, WorkspaceError> {
        let path = match check(path) {
            Ok(path) => path,
            Err(why) => return Ok(Err(why.into())),
        };
        let object = match self.entry(commit, path).await? {
            Ok(object) => object,
            Err(why) => return Ok(Err(why)),
        };
        let bytes = self.call("reading a file").args(["cat-file", "blob", &object]).run().await?;
        Ok(text_of(bytes).map(|text| Source { path: path.to_owned(), text }))
    }

    /// The object of a file that may be read.
    async fn entry(
        &self,
        commit: &CommitId,
        path: &str,
    ) -> Result<Result<String, Unreadable>, WorkspaceError> {
        let doing = "looking up a file";
        let answer = self
            .call(doing)
            .args(["--literal-pathspecs", "ls-tree", "-z", "-l", "--full-tree", commit.as_str(), "--", path])
            .run()
            .await?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        let Some(entry) =
            text.split('\0').find(|entry| entry.split_once('\t').is_some_and(|(_, at)| at == path))
        else {
            return Ok(Err(Unreadable::NotThere));
        };
        let mut parts = entry.split_whitespace();
        let (Some(mode), _, Some(object), Some(size)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(WorkspaceError::unreadable(doing, entry));
        };
        Ok(match mode {
            "120000" => Err(Unreadable::Link),
            "160000" => Err(Unreadable::Submodule),
            "040000" => Err(Unreadable::Folder),
            _ => {
                let bytes: u64 = size.parse().map_err(|_| WorkspaceError::unreadable(doing, entry))?;
                if bytes > LARGEST { Err(Unreadable::TooLarge { bytes }) } else { Ok(object.to_owned()) }
            }
        })
    }
}

fn text_of(bytes: Vec<u8>) -> Result<String, Unreadable> {
    if bytes.iter().take(LOOKED_AT).any(|byte| *byte == 0) {
        return Err(Unreadable::Binary);
    }
    String::from_utf8(bytes).map_err(|_| Unreadable::Binary)
}
