//! Quarantined records handed on to a source's topic for such: written at least once, each with the id of its row, and marked
//! once Kafka has them. Called by the binary, as a pass.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{NextPass, PassEnd, SealContext, SealPurpose, TaskEnd};
use signalbox_store::StoreError;
use signalbox_store::ingest::QuarantineRow;

use crate::config::{IngestConfig, SourceConfig};
use crate::kafka::{DeadLetter, KafkaError, LetterWriter};
use crate::pass::IngestSetup;

/// Letters of one pass.
const AT_ONCE: u32 = 100;

#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    #[error("reading what is in quarantine")]
    Store(#[from] StoreError),
    #[error("writing dead letters")]
    Kafka(#[from] KafkaError),
    #[error("writing dead letters")]
    Ended(#[from] TaskEnd),
    #[error("Kafka has {written} of {many} dead letters")]
    NotAll { written: usize, many: usize },
}

/// What was handed on since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    pub written: u64,
    /// What cannot be opened any more stays in quarantine alone.
    pub unopened: u64,
}

/// Hands on what sources could not read.
pub struct DeadLetters(Vec<OfSource>);

impl DeadLetters {
    /// None where no source has a topic for them.
    pub fn of(config: &IngestConfig, setup: &IngestSetup) -> Option<Self> {
        let sources: Vec<OfSource> =
            config.sources.iter().filter_map(|source| OfSource::of(source, setup.clone())).collect();
        (!sources.is_empty()).then_some(Self(sources))
    }

    /// Every source in turn; one whose brokers are away holds up none of the others.
    pub async fn pass(&self, _now: Timestamp) -> Result<PassEnd<Letters>, LetterError> {
        let (mut report, mut next, mut failed) = (Letters::default(), NextPass::AtPeriod, None);
        for source in &self.0 {
            match source.pass().await {
                Ok(PassEnd { report: one, next: soon }) => {
                    report.written += one.written;
                    report.unopened += one.unopened;
                    next = if soon == NextPass::AtOnce { soon } else { next };
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(PassEnd { report, next }), Err)
    }
}

struct OfSource {
    source: SourceConfig,
    topic: String,
    setup: IngestSetup,
    /// Made at the first letter.
    writer: Mutex<Option<Arc<LetterWriter>>>,
    sum: Mutex<Letters>,
}

impl OfSource {
    /// None where the source has no topic for them.
    fn of(source: &SourceConfig, setup: IngestSetup) -> Option<Self> {
        let topic = source.kafka.dead_letters.clone()?;
        Some(Self { source: source.clone(), topic, setup, writer: Mutex::default(), sum: Mutex::default() })
    }

    async fn pass(&self) -> Result<PassEnd<Letters>, LetterError> {
        let rows = self.setup.store.letters_due(&self.source.name, AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(PassEnd { report: *lock(&self.sum), next: NextPass::AtPeriod });
        }
        let (mut letters, mut unopened) = (Vec::new(), Vec::new());
        for row in &rows {
            match self.letter(row) {
                Some(letter) => letters.push(letter),
                None => unopened.push(row.id),
            }
        }
        let many = letters.len();
        let writer = self.writer()?;
        let arrived = self.setup.tasks.spawn_blocking("dead letters", move || writer.write(letters)).await?;
        let written = arrived.len();
        let sent = [arrived, unopened.clone()].concat();
        if !sent.is_empty() {
            self.setup.store.letters_sent(&sent).await?;
        }
        let report = {
            let mut sum = lock(&self.sum);
            sum.written += u64::try_from(written).unwrap_or(0);
            sum.unopened += u64::try_from(unopened.len()).unwrap_or(0);
            *sum
        };
        if written < many {
            return Err(LetterError::NotAll { written, many });
        }
        let is_full = u32::try_from(rows.len()).is_ok_and(|many| many >= AT_ONCE);
        Ok(PassEnd { report, next: if is_full { NextPass::AtOnce } else { NextPass::AtPeriod } })
    }

    fn writer(&self) -> Result<Arc<LetterWriter>, LetterError> {
        let mut writer = lock(&self.writer);
        if let Some(writer) = &*writer {
            return Ok(Arc::clone(writer));
        }
        let made = Arc::new(LetterWriter::connect(&self.source.kafka, &self.topic)?);
        *writer = Some(Arc::clone(&made));
        Ok(made)
    }

    /// None where its key is gone.
    fn letter(&self, row: &QuarantineRow) -> Option<DeadLetter> {
        let uuid = row.id.uuid();
        let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
        let bytes = self.setup.keys.open(place, &row.sealed).ok()?.to_vec();
        let mut headers = vec![
            ("signalbox-id", row.id.to_string()),
            ("signalbox-source", row.source.to_string()),
            ("signalbox-code", row.code.clone()),
            ("signalbox-reason", row.words.clone()),
            ("signalbox-size", row.size.to_string()),
        ];
        if let RecordOrigin::Kafka { stream, offset } = &row.origin {
            headers.extend([
                ("signalbox-topic", stream.topic.clone()),
                ("signalbox-partition", stream.partition.to_string()),
                ("signalbox-offset", offset.to_string()),
            ]);
        }
        Some(DeadLetter { id: row.id, headers, bytes })
    }
}

/// What is locked changes in one assignment, so a panic elsewhere leaves it valid.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
