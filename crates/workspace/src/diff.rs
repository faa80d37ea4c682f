//! Which lines a change touches, read from git's own diff as it comes, whatever its size.
//!
//! Lines are counted in the base, because stack frames and other changes are compared with that. A diff of the whole
//! world keeps one range a file, and at most so many files.

use signalbox_domain::change::TouchedLines;

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

/// The files of a change and, within bounds, their lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touched {
    pub files: u32,
    /// Sorted by path, then line. At most `MOST_RANGES`.
    pub lines: Vec<TouchedLines>,
    /// New among the files: repositories, of which a commit holds the name and no file. At most `MOST_RANGES`.
    pub nested: Vec<String>,
}

/// More ranges than this are told no more: the number of files still is.
const MOST_RANGES: usize = 2_000;
/// Ranges of one file beyond this grow into the last one.
const MOST_RANGES_A_FILE: usize = 100;
/// A header longer than this is cut: no path is as long.
const LONGEST_HEADER: usize = 16 << 10;

impl Repository {
    /// What `head` changes in `base`.
    pub(crate) async fn touched(&self, base: &CommitId, head: &CommitId) -> Result<Touched, WorkspaceError> {
        let mut reader = DiffReader::default();
        let mut sink = |chunk: &[u8]| {
            reader.read(chunk);
            Ok(())
        };
        self.call("comparing trees")
            .args(["diff-tree", "-r", "-p", "--unified=0", "--no-prefix", "--no-renames", "--no-color"])
            .args([
                "--no-ext-diff",
                "--no-textconv",
                "--full-index",
                "--submodule=short",
                "--ignore-submodules=none",
            ])
            .args([base.as_str(), head.as_str()])
            .each_chunk(&mut sink)
            .await?;
        Ok(reader.finish())
    }
}

/// Reads a diff without context, chunk by chunk.
#[derive(Debug, Default)]
pub(crate) struct DiffReader {
    line: Vec<u8>,
    /// Lines of the present hunk that are still to come: their text could look like a header.
    left: u64,
    of_this_file: usize,
    path: Option<String>,
    touched: Touched,
}

impl DiffReader {
    pub(crate) fn read(&mut self, chunk: &[u8]) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_HEADER.saturating_sub(self.line.len());
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            self.line.extend(text.iter().take(room));
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.take(&String::from_utf8_lossy(&line));
            }
        }
    }

    pub(crate) fn finish(mut self) -> Touched {
        self.end_file();
        self.touched
    }

    fn take(&mut self, line: &str) {
        if line.starts_with('\\') {
            return; // "\ No newline at end of file" belongs to the line before it.
        }
        if self.left > 0 {
            self.left -= 1;
        } else if let Some(both) = line.strip_prefix("diff --git ") {
            self.end_file();
            self.touched.files = self.touched.files.saturating_add(1);
            self.path = Some(path_of(both));
        } else if let Some(hunk) = line.strip_prefix("@@ ").and_then(Hunk::parse) {
            self.left = hunk.removed.saturating_add(hunk.added);
            self.note(hunk.first(), hunk.last());
        } else if line == "new file mode 160000" && self.touched.nested.len() < MOST_RANGES {
            self.touched.nested.extend(self.path.clone());
        }
    }

    fn note(&mut self, first: u32, last: u32) {
        let Some(path) = &self.path else { return };
        self.of_this_file += 1;
        if self.of_this_file > MOST_RANGES_A_FILE {
            if let Some(range) = self.touched.lines.last_mut().filter(|range| range.path == *path) {
                range.last = range.last.max(last);
            }
        } else if self.touched.lines.len() < MOST_RANGES {
            self.touched.lines.push(TouchedLines { path: path.clone(), first, last });
        }
    }

    /// A file whose lines are not told (binary, emptied, another mode) counts by its first line.
    fn end_file(&mut self) {
        if self.path.is_some() && self.of_this_file == 0 {
            self.note(1, 1);
        }
        self.of_this_file = 0;
        self.path = None;
    }
}

/// `-a,b +c,d @@ …`
struct Hunk {
    at: u64,
    removed: u64,
    added: u64,
}

impl Hunk {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (at, removed) = span(parts.next()?.strip_prefix('-')?)?;
        let (_, added) = span(parts.next()?.strip_prefix('+')?)?;
        Some(Self { at, removed, added })
    }

    /// Lines that are only added touch the line before them.
    fn first(&self) -> u32 {
        u32::try_from(self.at.max(1)).unwrap_or(u32::MAX)
    }

    fn last(&self) -> u32 {
        let last = self.at.saturating_add(self.removed.max(1) - 1).max(1);
        u32::try_from(last).unwrap_or(u32::MAX)
    }
}

fn span(text: &str) -> Option<(u64, u64)> {
    match text.split_once(',') {
        Some((at, count)) => Some((at.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}

/// Without prefixes and renames a header names the same path twice, so each is half of it.
fn path_of(both: &str) -> String {
    let half = both.get(..both.len() / 2).unwrap_or(both);
    match half.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => unquoted(quoted),
        None => half.to_owned(),
    }
}

/// Git writes odd bytes of a path as C would.
fn unquoted(quoted: &str) -> String {
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'a') => bytes.push(7),
            Some(b'b') => bytes.push(8),
            Some(b'v') => bytes.push(11),
            Some(b'f') => bytes.push(12),
            Some(high @ b'0'..=b'3') => {
                let digits = [Some(high), rest.next(), rest.next()];
                let value = digits
                    .iter()
                    .flatten()
                    .fold(0_u32, |sum, digit| sum * 8 + u32::from(digit.wrapping_sub(b'0') & 7));
                bytes.push(u8::try_from(value & 0xff).unwrap_or(b'?'));
            }
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(diff: &str, files: u32, expect: &[(&str, u32, u32)]) {
        // The same answer however the text is cut into chunks.
        for size in [1, 7, 4096] {
            let mut reader = DiffReader::default();
            diff.as_bytes().chunks(size).for_each(|chunk| reader.read(chunk));
            let touched = reader.finish();
            let lines: Vec<_> =
                touched.lines.iter().map(|line| (line.path.as_str(), line.first, line.last)).collect();
            assert_eq!((touched.files, lines.as_slice()), (files, expect), "in chunks of {size}");
        }
    }

    #[test]
    fn ranges_are_of_the_base() {
        check(
            "diff --git src/a b.rs src/a b.rs\nindex 1..2 100644\n--- src/a b.rs\n+++ src/a b.rs\n\
             @@ -3,2 +3 @@ fn x()\n-one\n-two\n+three\n@@ -9,0 +9,2 @@\n+four\n+five\n",
            1,
            &[("src/a b.rs", 3, 4), ("src/a b.rs", 9, 9)],
        );
    }

    #[test]
    fn text_that_looks_like_a_header_is_text() {
        check(
            "diff --git x x\n--- x\n+++ x\n@@ -1,2 +1,2 @@\n-diff --git forged forged\n-@@ -5 +5 @@\n\
             +++ other\n+@@ -7 +7 @@\n\\ No newline at end of file\ndiff --git y y\n@@ -4 +4 @@\n-a\n+b\n",
            2,
            &[("x", 1, 2), ("y", 4, 4)],
        );
    }

    #[test]
    fn new_binary_and_oddly_named_files_count() {
        check(
            "diff --git new new\nnew file mode 100644\n--- /dev/null\n+++ new\n@@ -0,0 +1,3 @@\n+a\n+b\n+c\n\
             diff --git pic pic\nBinary files pic and pic differ\n\
             diff --git \"t\\tb\\303\\251\\\"\" \"t\\tb\\303\\251\\\"\"\nold mode 100644\nnew mode 100755\n",
            3,
            &[("new", 1, 1), ("pic", 1, 1), ("t\tbé\"", 1, 1)],
        );
    }

    #[test]
    fn a_diff_of_the_whole_world_stays_small() {
        let mut reader = DiffReader::default();
        for file in 0..3_000 {
            reader.read(format!("diff --git f{file} f{file}\n").as_bytes());
            for line in 1..300 {
                reader.read(format!("@@ -{line} +{line} @@\n-a\n+b\n").as_bytes());
            }
        }
        let touched = reader.finish();
        assert_eq!((touched.files, touched.lines.len()), (3_000, MOST_RANGES));
        assert_eq!(touched.lines[MOST_RANGES_A_FILE - 1].last, 299);
    }
}
