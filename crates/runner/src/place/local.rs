//! A local run: the engineer's own checkout and branch. Changes stay in the working tree; nothing is committed or pushed.

use std::path::Path;

use signalbox_domain::job::Job;
use signalbox_workspace::{LocalCheckout, Snapshot, WorkspaceError};

use super::folders::BEFORE;
use super::{Folders, Gathered, Tools};

pub(super) struct LocalPlace {
    checkout: LocalCheckout,
    before: Snapshot,
}

impl LocalPlace {
    pub(super) async fn open(tools: &Tools, folders: &Folders, job: &Job) -> Result<Self, WorkspaceError> {
        let checkout = LocalCheckout::open(
            &job.repository.location,
            &folders.file(BEFORE),
            tools.config.git.clone(),
            tools.clock.clone(),
        )
        .await?;
        let before = checkout.snapshot_once().await?;
        Ok(Self { checkout, before })
    }

    pub(super) fn path(&self) -> &Path {
        self.checkout.path()
    }

    pub(super) async fn gather(&self) -> Result<Gathered, WorkspaceError> {
        let files = self.checkout.changed_since(&self.before).await?;
        if files == 0 {
            return Ok(Gathered::Nothing);
        }
        let (branch, commit) = (self.checkout.branch().await?, self.checkout.head().await?);
        Ok(Gathered::InPlace { branch, commit: commit.to_string(), files })
    }
}
