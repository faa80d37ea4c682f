//! Positions as people see and move them. Ingest moves them in `fold` alone, by compare-and-set.

use signalbox_domain::names::SourceName;
use signalbox_domain::record::Stream;
use signalbox_domain::time::Timestamp;

use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all};

/// A list of more partitions is cut.
const MOST: i64 = 10_000;

/// Up to where a partition was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionEntry {
    pub stream: Stream,
    pub next: i64,
    pub changed_at: Timestamp,
}

struct EntryRow {
    source: String,
    cluster: String,
    topic: String,
    topic_id: String,
    partition: i64,
    next_offset: i64,
    changed_at: i64,
}

impl Store {
    /// Of every source, by source, topic and partition.
    pub async fn positions_list(&self) -> Result<Vec<PositionEntry>, StoreError> {
        let mut step = self.read(Method::PositionsList).await?;
        let rows = fetch_all!(
            step,
            EntryRow,
            "queries/ingest/positions_all.sqlite.sql",
            "queries/ingest/positions_all.postgres.sql",
            MOST
        )?;
        rows.into_iter()
            .map(|row| entry(row).map_err(|error| StoreError::damaged("position", error)))
            .collect()
    }

    /// Sets where a partition goes on, whoever reads it at the moment: their next commit finds another offset, is dropped,
    /// and they go on from here.
    pub async fn position_seek(
        &self,
        source: &SourceName,
        topic: &str,
        partition: i32,
        to: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::PositionSeek).await?;
        let moved = execute!(
            step,
            "queries/ingest/position_seek.sqlite.sql",
            "queries/ingest/position_seek.postgres.sql",
            source.as_str(),
            topic,
            i64::from(partition),
            to,
            now.micros()
        )?;
        if moved == 0 {
            let id = format!("{source} {topic}/{partition}");
            return Err(StoreError::Missing { what: "position", id });
        }
        step.commit().await
    }
}

fn entry(row: EntryRow) -> Result<PositionEntry, DamageSource> {
    let stream = Stream {
        source: row.source.parse()?,
        cluster: row.cluster,
        topic: row.topic,
        topic_id: row.topic_id,
        partition: i32::try_from(row.partition).map_err(|_| column::unknown(&row.partition))?,
    };
    let changed_at = Timestamp::from_micros(row.changed_at);
    Ok(PositionEntry { stream, next: row.next_offset, changed_at })
}
