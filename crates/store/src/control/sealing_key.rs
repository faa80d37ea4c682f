//! Which key seals in this database. Only its id: the key itself is never in the store.

use signalbox_domain::time::Timestamp;
use signalbox_runtime::KeyId;

use crate::column::unknown;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_optional};

/// What became of a wish to seal with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPut {
    Kept,
    /// Another key was named meanwhile.
    Another,
}

struct SealingKeyRow {
    id: String,
}

impl Store {
    pub async fn sealing_key_find(&self) -> Result<Option<KeyId>, StoreError> {
        let mut step = self.read(Method::SealingKeyFind).await?;
        let row = fetch_optional!(
            step,
            SealingKeyRow,
            "queries/control/sealing_key_find.sqlite.sql",
            "queries/control/sealing_key_find.postgres.sql"
        )?;
        let read = |row: SealingKeyRow| {
            row.id.parse().map_err(|_| StoreError::damaged("id of a sealing key", unknown(&row.id)))
        };
        row.map(read).transpose()
    }

    /// Names the key that seals from now on, where none is named, or instead of this very one.
    pub async fn sealing_key_put(
        &self,
        id: KeyId,
        instead_of: Option<KeyId>,
        now: Timestamp,
    ) -> Result<KeyPut, StoreError> {
        let mut step = self.write(Method::SealingKeyPut).await?;
        let instead_of = instead_of.map(|id| id.to_string());
        let written = execute!(
            step,
            "queries/control/sealing_key_put.sqlite.sql",
            "queries/control/sealing_key_put.postgres.sql",
            id.to_string(),
            now.micros(),
            instead_of
        )?;
        step.commit().await?;
        Ok(if written == 0 { KeyPut::Another } else { KeyPut::Kept })
    }
}
