//! Secrets, sealed by whoever puts them: the store never sees one in clear, and lists show names and times only.

use std::fmt;

use signalbox_domain::ids::SecretId;
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;

use super::LONGEST_LIST;
use super::row::{SecretEntryRow, SecretRow};
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};

/// A secret as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretEntry {
    pub id: SecretId,
    pub name: Label,
    pub made_at: Timestamp,
    pub changed_at: Timestamp,
}

/// A secret as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret {
    pub entry: SecretEntry,
    pub sealed: Vec<u8>,
}

/// Sealed bytes are no use in a log.
impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret").field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// What a removal found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    Now,
    WasNotThere,
}

impl Store {
    /// Keeps a secret under its name. A name that is there keeps its first id; its bytes are replaced.
    pub async fn secret_put(
        &self,
        id: SecretId,
        name: &Label,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::SecretPut).await?;
        execute!(
            step,
            "queries/control/secret_put.sqlite.sql",
            "queries/control/secret_put.postgres.sql",
            id.uuid(),
            name.as_str(),
            sealed,
            now.micros()
        )?;
        step.commit().await
    }

    pub async fn secret_find(&self, name: &Label) -> Result<Option<SealedSecret>, StoreError> {
        let mut step = self.read(Method::SecretFind).await?;
        let row = fetch_optional!(
            step,
            SecretRow,
            "queries/control/secret_find.sqlite.sql",
            "queries/control/secret_find.postgres.sql",
            name.as_str()
        )?;
        row.map(SealedSecret::try_from).transpose()
    }

    /// The names and times of all secrets, by name.
    pub async fn secrets_list(&self) -> Result<Vec<SecretEntry>, StoreError> {
        let mut step = self.read(Method::SecretsList).await?;
        let rows = fetch_all!(
            step,
            SecretEntryRow,
            "queries/control/secrets_list.sqlite.sql",
            "queries/control/secrets_list.postgres.sql",
            LONGEST_LIST
        )?;
        rows.into_iter().map(SecretEntry::try_from).collect()
    }

    pub async fn secret_remove(&self, name: &Label) -> Result<Removed, StoreError> {
        let mut step = self.write(Method::SecretRemove).await?;
        let removed = execute!(
            step,
            "queries/control/secret_remove.sqlite.sql",
            "queries/control/secret_remove.postgres.sql",
            name.as_str()
        )?;
        step.commit().await?;
        Ok(if removed == 0 { Removed::WasNotThere } else { Removed::Now })
    }
}
