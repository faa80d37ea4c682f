//! A quarantined record read again, as its source reads records now: kept, and its row taken out with that, or left where
//! it lies. Called by the binary on behalf of the server.

use signalbox_domain::ids::QuarantineId;
use signalbox_domain::names::SourceName;
use signalbox_domain::provenance::Provenance;
use signalbox_runtime::{SealContext, SealError, SealPurpose};
use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport, PartSource, QuarantineRow};

use crate::config::{IngestConfig, ProjectMapping};
use crate::fold::Folder;
use crate::formats::{Format, Payload, read};
use crate::gather::Gathering;
use crate::keep::{Keeping, Whole, keep};
use crate::observation::ProjectHint;
use crate::pass::{IngestSetup, SIGNALS};

/// Reads again what lies in quarantine. Clones are the same.
#[derive(Clone)]
pub struct Retry {
    config: IngestConfig,
    setup: IngestSetup,
}

/// What came of a record that was read again; its row is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retried {
    pub kept: u64,
    pub duplicate: u64,
    pub not_a_signal: u64,
}

/// Why a record stays in quarantine.
#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("there is no such record in quarantine")]
    Missing,
    #[error("it stands for records that are gone; there is nothing to read")]
    Gap,
    #[error("only its first {kept} of {size} bytes were kept")]
    Cut { kept: usize, size: u64 },
    #[error("the settings have no source or hook {0} that says how to read it and whose it is")]
    NoSource(SourceName),
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    #[error("another process has read it meanwhile")]
    Taken,
    #[error("reading or writing what is kept")]
    Store(#[from] StoreError),
    #[error("opening a sealed record")]
    Seal(#[from] SealError),
}

/// How a source reads records.
struct How<'a> {
    format: Format,
    project: &'a ProjectMapping,
    from: Provenance,
}

impl Retry {
    pub fn new(config: IngestConfig, setup: IngestSetup) -> Self {
        Self { config, setup }
    }

    pub async fn retry(&self, id: QuarantineId) -> Result<Retried, RetryError> {
        let row = self.setup.store.quarantine_show(id).await?.ok_or(RetryError::Missing)?;
        let how = self.how(&row)?;
        let uuid = id.uuid();
        let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
        let bytes = self.setup.keys.open(place, &row.sealed)?;
        if u64::try_from(bytes.len()).is_ok_and(|kept| kept < row.size) {
            return Err(RetryError::Cut { kept: bytes.len(), size: row.size });
        }
        let (part, not_a_signal) = self.part(&row, &how, &bytes).await?;
        let now = self.setup.clock.now();
        let reports = Box::pin(self.setup.store.signals_fold(&FoldBatch { parts: vec![part] }, now)).await?;
        match reports.first() {
            Some(PartReport::Folded { records, duplicates, .. }) => {
                self.setup.wakeups.wake(SIGNALS);
                Ok(Retried { kept: *records, duplicate: *duplicates, not_a_signal })
            }
            _ => Err(RetryError::Taken),
        }
    }

    async fn part(
        &self,
        row: &QuarantineRow,
        how: &How<'_>,
        bytes: &[u8],
    ) -> Result<(FoldPart, u64), RetryError> {
        let (mut folder, mut fold) = (Folder::default(), self.setup.fold_context());
        // As if it had been read when it came: its time is clamped to then.
        fold.received_at = row.at;
        let gathering = Gathering::of(&row.source, &self.config);
        let payload = Payload {
            received_at: Some(row.at),
            events: gathering.events(),
            ..Payload::new(bytes, how.from)
        };
        let reading =
            read(how.format, &payload).map_err(|error| RetryError::Unreadable(error.to_string()))?;
        if let Some(error) = reading.refused.first() {
            return Err(RetryError::Unreadable(error.to_string()));
        }
        let mut projects = Vec::new();
        for name in how.project.names() {
            let project =
                self.setup.store.project_ensure(&name, self.setup.ids.next(), fold.received_at).await?;
            projects.push((name, project.id));
        }
        let project = |hint: &ProjectHint| {
            let name = how.project.project(hint)?;
            projects.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
        };
        if reading.kept.iter().any(|observation| project(&observation.project).is_none()) {
            return Err(RetryError::Unreadable("no project is set for it".to_owned()));
        }
        let whole = Whole { source: &row.source, origin: row.origin.clone(), bytes, size: bytes.len() };
        let keeping = Keeping { fingerprints: &self.config.fingerprints, gathering: &gathering, fold: &fold };
        let items = keep(&mut folder, Ok(reading), project, whole, &keeping)?;
        let from = Some(PartSource::Quarantine(row.id));
        Ok((FoldPart { from, ..self.setup.limited(folder.finish(&self.setup.redactor)) }, items.not_signals))
    }

    fn how(&self, row: &QuarantineRow) -> Result<How<'_>, RetryError> {
        if row.code == "gap" {
            return Err(RetryError::Gap);
        }
        let source = self.config.sources.iter().find(|source| source.name == row.source);
        if let Some(source) = source {
            return Ok(How { format: source.format, project: &source.project, from: source.provenance });
        }
        let hook = self.config.hooks.iter().find(|hook| hook.name == row.source);
        hook.map(|hook| How { format: hook.format, project: &hook.project, from: Provenance::SignedSource })
            .ok_or_else(|| RetryError::NoSource(row.source.clone()))
    }
}
