//! How people and stages read what ingest wrote.

use signalbox_domain::form::from_form;
use signalbox_domain::ids::{CaseId, ProjectId, QuarantineId, SignalId};
use signalbox_domain::names::SourceName;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::signal::{Sample, Signal};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::row::SignalRow;
use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{fetch_all, fetch_optional};
use crate::step::Step;

/// A signal and the case that it belongs to, once it was planned.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalRecord {
    pub signal: Signal,
    pub case: Option<CaseId>,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct SignalFilter {
    pub project: Option<ProjectId>,
    pub case: Option<CaseId>,
}

/// A record that could not be read, as it is kept: its bytes are sealed.
#[derive(Debug, Clone, PartialEq)]
pub struct QuarantineRow {
    pub id: QuarantineId,
    pub source: SourceName,
    pub origin: RecordOrigin,
    pub code: String,
    pub words: String,
    pub sealed: Vec<u8>,
    pub size: u64,
    pub at: Timestamp,
}

struct PositionRow {
    source: String,
    cluster: String,
    topic: String,
    topic_id: String,
    partition: i64,
    next_offset: i64,
}

struct SamplesRow {
    samples: String,
}

pub(super) struct KeptRow {
    pub(super) id: Uuid,
    pub(super) source: String,
    pub(super) origin: String,
    pub(super) code: String,
    pub(super) words: String,
    pub(super) sealed: Vec<u8>,
    pub(super) size: i64,
    pub(super) at: i64,
}

impl Store {
    /// Where each stream of a source goes on: the offset after the last one whose signals are kept.
    pub async fn positions_load(&self, source: &SourceName) -> Result<Vec<(Stream, i64)>, StoreError> {
        let mut step = self.read(Method::PositionsLoad).await?;
        let rows = fetch_all!(
            step,
            PositionRow,
            "queries/ingest/positions_load.sqlite.sql",
            "queries/ingest/positions_load.postgres.sql",
            source.as_str()
        )?;
        rows.into_iter()
            .map(|row| position(row).map_err(|error| StoreError::damaged("position", error)))
            .collect()
    }

    /// A page of signals, the newest first.
    pub async fn signals_list(
        &self,
        filter: SignalFilter,
        page: Page<SignalId>,
    ) -> Result<Vec<SignalRecord>, StoreError> {
        let mut step = self.read(Method::SignalsList).await?;
        let rows = fetch_all!(
            step,
            SignalRow,
            "queries/ingest/signals_list.sqlite.sql",
            "queries/ingest/signals_list.postgres.sql",
            filter.project.map(ProjectId::uuid),
            filter.case.map(CaseId::uuid),
            page.before.map(SignalId::uuid),
            limit(page.size)
        )?;
        rows.into_iter().map(SignalRecord::try_from).collect()
    }

    /// A signal with its samples.
    pub async fn signal_show(&self, id: SignalId) -> Result<Option<(SignalRecord, Vec<Sample>)>, StoreError> {
        let mut step = self.read(Method::SignalShow).await?;
        let row = fetch_optional!(
            step,
            SignalRow,
            "queries/ingest/signal_show.sqlite.sql",
            "queries/ingest/signal_show.postgres.sql",
            id.uuid()
        )?;
        let Some(row) = row else { return Ok(None) };
        let samples = samples_within(&mut step, id).await?;
        Ok(Some((SignalRecord::try_from(row)?, samples)))
    }

    /// A page of what could not be read, the newest first.
    pub async fn quarantine_list(&self, page: Page<QuarantineId>) -> Result<Vec<QuarantineRow>, StoreError> {
        let mut step = self.read(Method::QuarantineList).await?;
        let rows = fetch_all!(
            step,
            KeptRow,
            "queries/ingest/quarantine_list.sqlite.sql",
            "queries/ingest/quarantine_list.postgres.sql",
            page.before.map(QuarantineId::uuid),
            limit(page.size)
        )?;
        rows.into_iter()
            .map(|row| kept(row).map_err(|error| StoreError::damaged("quarantine", error)))
            .collect()
    }
}

pub(crate) async fn samples_within(step: &mut Step, id: SignalId) -> Result<Vec<Sample>, StoreError> {
    let row = fetch_optional!(
        step,
        SamplesRow,
        "queries/ingest/samples_load.sqlite.sql",
        "queries/ingest/samples_load.postgres.sql",
        id.uuid()
    )?;
    row.map_or(Ok(Vec::new()), |row| samples(&row.samples))
}

pub(super) fn samples(document: &str) -> Result<Vec<Sample>, StoreError> {
    from_form(document).map_err(|error| StoreError::damaged("samples", error))
}

fn position(row: PositionRow) -> Result<(Stream, i64), DamageSource> {
    let stream = Stream {
        source: row.source.parse()?,
        cluster: row.cluster,
        topic: row.topic,
        topic_id: row.topic_id,
        partition: i32::try_from(row.partition).map_err(|_| column::unknown(&row.partition))?,
    };
    Ok((stream, row.next_offset))
}

pub(super) fn kept(row: KeptRow) -> Result<QuarantineRow, DamageSource> {
    Ok(QuarantineRow {
        id: QuarantineId::from_uuid(row.id),
        source: row.source.parse()?,
        origin: from_form(&row.origin)?,
        code: row.code,
        words: row.words,
        sealed: row.sealed,
        size: column::count(row.size)?,
        at: Timestamp::from_micros(row.at),
    })
}
