//! A lock by a file, held by at most one process and let go by the kernel when its holder dies.
//!
//! A child that gets the locked file as its input holds the lock too: a git that outlives a killed runner keeps the next
//! runner out until it is done.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use signalbox_runtime::Clock;

use crate::error::WorkspaceError;

/// Between two tries: short against any call of git.
const RETRY: Duration = Duration::from_millis(20);

/// The lock, until it is dropped.
#[derive(Debug)]
pub struct FileLock {
    file: File,
    path: PathBuf,
}

impl FileLock {
    /// Waits for the lock, at most `limit`.
    pub async fn acquire(clock: &Clock, path: &Path, limit: Duration) -> Result<Self, WorkspaceError> {
        let open = || {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).truncate(false);
            options.open(path).map_err(WorkspaceError::io("opening the lock", path))
        };
        let mut file = open()?;
        let deadline = clock.boot().plus(limit);
        loop {
            match file.try_lock() {
                Ok(()) if is_at(&file, path) => return Ok(Self { file, path: path.to_owned() }),
                // Its last holder has discarded it: others look at a new one.
                Ok(()) => {
                    file = open()?;
                    continue;
                }
                Err(TryLockError::Error(source)) => {
                    return Err(WorkspaceError::Io { doing: "locking", path: path.to_owned(), source });
                }
                Err(TryLockError::WouldBlock) => {}
            }
            let left = deadline.since(clock.boot());
            if left.is_zero() {
                return Err(WorkspaceError::LockTimeout { path: path.to_owned(), waited: limit });
            }
            clock.sleep(left.min(RETRY)).await;
        }
    }

    /// Removes the file with the lock: for places that are gone.
    pub fn discard(self) -> Result<(), WorkspaceError> {
        std::fs::remove_file(&self.path).map_err(WorkspaceError::io("removing the lock", &self.path))
    }

    /// The locked file as a child's input: always at its end, and locked for as long as the child lives.
    pub(crate) fn as_input(&self) -> Result<Stdio, WorkspaceError> {
        self.file.try_clone().map(Stdio::from).map_err(WorkspaceError::io("sharing the lock", &self.path))
    }
}

/// Whether this file still is the one of that name.
fn is_at(file: &File, path: &Path) -> bool {
    let same = |one: &Metadata, other: &Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
    matches!((file.metadata(), std::fs::metadata(path)), (Ok(one), Ok(other)) if same(&one, &other))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[tokio::test]
    async fn a_child_that_outlives_its_parent_keeps_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, path) = (Clock::system(), folder.path().join("lock"));
        let lock = FileLock::acquire(&clock, &path, Duration::ZERO).await.unwrap();
        let mut child = Command::new("sleep").arg("600").stdin(lock.as_input().unwrap()).spawn().unwrap();
        drop(lock);
        let waited = FileLock::acquire(&clock, &path, Duration::from_millis(50)).await;
        assert!(matches!(waited, Err(WorkspaceError::LockTimeout { .. })), "{waited:?}");
        child.kill().unwrap();
        child.wait().unwrap();
        FileLock::acquire(&clock, &path, Duration::ZERO).await.unwrap();
    }

    #[tokio::test]
    async fn a_discarded_lock_is_nobodys_and_the_next_is_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (clock, path) = (Clock::system(), folder.path().join("lock"));
        let lock = FileLock::acquire(&clock, &path, Duration::ZERO).await.unwrap();
        // It waits for the file that is discarded meanwhile.
        let waiting = FileLock::acquire(&clock, &path, Duration::from_secs(10));
        let discarding = async { lock.discard().unwrap() };
        let (waited, ()) = tokio::join!(waiting, discarding);
        let waited = waited.unwrap();
        assert!(path.exists());
        let third = FileLock::acquire(&clock, &path, Duration::ZERO).await;
        assert!(matches!(third, Err(WorkspaceError::LockTimeout { .. })), "two would hold it");
        drop(waited);
    }
}
