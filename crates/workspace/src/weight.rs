//! How large the files are that a push would bring to origin, in any of its commits.

use crate::bare::{CommitId, Repository};
use crate::error::WorkspaceError;

impl Repository {
    /// The bytes of every version of a file up to `head` that origin does not have, as they are when checked out.
    pub async fn weight(&self, head: &CommitId) -> Result<u64, WorkspaceError> {
        let doing = "listing what is new";
        let mut objects = Vec::new();
        let mut collect = |chunk: &[u8]| {
            objects.extend_from_slice(chunk);
            Ok(())
        };
        let list = self.call(doing).args(["rev-list", "--objects", "--no-object-names", head.as_str()]);
        list.args(["--not", "--remotes=origin"]).each_chunk(&mut collect).await?;
        let mut sum = Sum::default();
        let mut add = |chunk: &[u8]| {
            sum.take(chunk);
            Ok(())
        };
        let sizes =
            self.call("weighing files").args(["cat-file", "--batch-check=%(objecttype) %(objectsize)"]);
        sizes.input(objects).each_chunk(&mut add).await?;
        Ok(sum.bytes)
    }
}

/// Adds up the sizes of files as they are listed.
#[derive(Debug, Default)]
struct Sum {
    line: Vec<u8>,
    bytes: u64,
}

impl Sum {
    fn take(&mut self, chunk: &[u8]) {
        for byte in chunk {
            if *byte != b'\n' {
                self.line.push(*byte);
                continue;
            }
            let line = std::mem::take(&mut self.line);
            let size = line.strip_prefix(b"blob ").and_then(|size| std::str::from_utf8(size).ok());
            self.bytes = self.bytes.saturating_add(size.and_then(|size| size.parse().ok()).unwrap_or(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_have_a_weight() {
        let mut sum = Sum::default();
        for chunk in ["commit 200\nbl", "ob 10\ntree 9\nblob 3", "2\n"] {
            sum.take(chunk.as_bytes());
        }
        assert_eq!(sum.bytes, 42);
    }
}
