//! What could not be read, one row at a time: looked at, and taken out. Its bytes stay sealed here.

use signalbox_domain::ids::QuarantineId;
use signalbox_domain::names::SourceName;

use super::read::{KeptRow, QuarantineRow, kept};
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

impl Store {
    pub async fn quarantine_show(&self, id: QuarantineId) -> Result<Option<QuarantineRow>, StoreError> {
        let mut step = self.read(Method::QuarantineShow).await?;
        let row = fetch_optional!(
            step,
            KeptRow,
            "queries/ingest/quarantine_show.sqlite.sql",
            "queries/ingest/quarantine_show.postgres.sql",
            id.uuid()
        )?;
        row.map(|row| kept(row).map_err(|error| StoreError::damaged("quarantine", error))).transpose()
    }

    /// Records of a source that are still to be handed on, the oldest first.
    pub async fn letters_due(
        &self,
        source: &SourceName,
        at_most: u32,
    ) -> Result<Vec<QuarantineRow>, StoreError> {
        let mut step = self.read(Method::LettersDue).await?;
        let rows = fetch_all!(
            step,
            KeptRow,
            "queries/ingest/letters_due.sqlite.sql",
            "queries/ingest/letters_due.postgres.sql",
            source.as_str(),
            i64::from(at_most)
        )?;
        rows.into_iter()
            .map(|row| kept(row).map_err(|error| StoreError::damaged("quarantine", error)))
            .collect()
    }

    /// They were handed on.
    pub async fn letters_sent(&self, ids: &[QuarantineId]) -> Result<(), StoreError> {
        let mut step = self.write(Method::LettersSent).await?;
        for id in ids {
            execute!(
                step,
                "queries/ingest/letter_sent.sqlite.sql",
                "queries/ingest/letter_sent.postgres.sql",
                id.uuid()
            )?;
        }
        step.commit().await
    }

    /// Takes a row out for good.
    pub async fn quarantine_drop(&self, id: QuarantineId) -> Result<(), StoreError> {
        let mut step = self.write(Method::QuarantineDrop).await?;
        if !remove_within(&mut step, id).await? {
            return Err(StoreError::Missing { what: "quarantined record", id: id.to_string() });
        }
        step.commit().await
    }
}

/// False where it is gone already.
pub(super) async fn remove_within(step: &mut Step, id: QuarantineId) -> Result<bool, StoreError> {
    let removed = execute!(
        step,
        "queries/ingest/quarantine_remove.sqlite.sql",
        "queries/ingest/quarantine_remove.postgres.sql",
        id.uuid()
    )?;
    Ok(removed == 1)
}
