//! The public keys of projects, as they are: whoever has one may write to its project, and nothing else.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::project_key::{ProjectKey, PublicKey};

use super::row::ProjectKeyRow;
use super::{LONGEST_LIST, Removed};
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};

impl Store {
    /// Keeps a key. The same one again changes nothing: a key never changes its project.
    pub async fn project_key_put(&self, key: &ProjectKey) -> Result<(), StoreError> {
        let mut step = self.write(Method::ProjectKeyPut).await?;
        execute!(
            step,
            "queries/control/project_key_insert.sqlite.sql",
            "queries/control/project_key_insert.postgres.sql",
            key.key.as_str(),
            key.project.uuid(),
            key.made_at.micros()
        )?;
        step.commit().await
    }

    pub async fn project_key_find(&self, key: &PublicKey) -> Result<Option<ProjectKey>, StoreError> {
        let mut step = self.read(Method::ProjectKeyFind).await?;
        let row = fetch_optional!(
            step,
            ProjectKeyRow,
            "queries/control/project_key_find.sqlite.sql",
            "queries/control/project_key_find.postgres.sql",
            key.as_str()
        )?;
        row.map(ProjectKey::try_from).transpose()
    }

    /// A project's keys, the oldest first.
    pub async fn project_keys_list(&self, project: ProjectId) -> Result<Vec<ProjectKey>, StoreError> {
        let mut step = self.read(Method::ProjectKeysList).await?;
        let rows = fetch_all!(
            step,
            ProjectKeyRow,
            "queries/control/project_keys_list.sqlite.sql",
            "queries/control/project_keys_list.postgres.sql",
            project.uuid(),
            LONGEST_LIST
        )?;
        rows.into_iter().map(ProjectKey::try_from).collect()
    }

    /// Takes a key of this project away.
    pub async fn project_key_remove(
        &self,
        project: ProjectId,
        key: &PublicKey,
    ) -> Result<Removed, StoreError> {
        let mut step = self.write(Method::ProjectKeyRemove).await?;
        let removed = execute!(
            step,
            "queries/control/project_key_remove.sqlite.sql",
            "queries/control/project_key_remove.postgres.sql",
            key.as_str(),
            project.uuid()
        )?;
        step.commit().await?;
        Ok(if removed == 0 { Removed::WasNotThere } else { Removed::Now })
    }
}
