//! The files of a commit, as a list of paths. Links, submodules and what has no readable name are not among them.

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// More files than these are counted and not listed.
const MOST_FILES: usize = 200_000;
/// Longer entries are no paths.
const LONGEST_ENTRY: usize = 8 << 10;

/// Paths of the files of a commit, in git's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    pub paths: Vec<String>,
    /// Files that are not listed: beyond the bound, or with names that are no text.
    pub left_out: usize,
}

impl Repository {
    /// Every file at a commit.
    pub async fn files_at(&self, commit: &CommitId) -> Result<Listing, WorkspaceError> {
        let mut reader = Reader::default();
        let mut sink = |chunk: &[u8]| {
            reader.read(chunk);
            Ok(())
        };
        self.call("listing files")
            .args(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])
            .each_chunk(&mut sink)
            .await?;
        Ok(reader.listing)
    }
}

/// Entries end in a zero byte: `MODE TYPE OBJECT\tPATH`.
#[derive(Debug, Default)]
struct Reader {
    entry: Vec<u8>,
    listing: Listing,
}

impl Reader {
    fn read(&mut self, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == 0) {
            let room = LONGEST_ENTRY.saturating_sub(self.entry.len());
            let text = piece.strip_suffix(b"\0").unwrap_or(piece);
            self.entry.extend(text.iter().take(room));
            if piece.ends_with(b"\0") {
                let entry = std::mem::take(&mut self.entry);
                self.take(&entry);
            }
        }
    }

    fn take(&mut self, entry: &[u8]) {
        // A plain file, or one that may be run.
        if !entry.starts_with(b"1006") && !entry.starts_with(b"1007") {
            return;
        }
        let path = entry.iter().position(|byte| *byte == b'\t').and_then(|at| entry.get(at + 1..));
        let path = path.and_then(|path| std::str::from_utf8(path).ok());
        match path {
            Some(path) if self.listing.paths.len() < MOST_FILES && entry.len() < LONGEST_ENTRY => {
                self.listing.paths.push(path.to_owned());
            }
            _ => self.listing.left_out += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_and_the_rest_is_not() {
        let entries = b"100644 blob 1\ta/b c.rs\0120000 blob 2\tlink\0160000 commit 3\tsub\0100755 blob 4\trun\0100644 blob 5\t\xff\0";
        for size in [1, 7, 4096] {
            let mut reader = Reader::default();
            entries.chunks(size).for_each(|chunk| reader.read(chunk));
            assert_eq!(reader.listing.paths, ["a/b c.rs", "run"]);
            assert_eq!(reader.listing.left_out, 1, "a name that is no text");
        }
    }
}
