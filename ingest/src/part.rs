//! The decision of ingest for one batch: records in, one part of a commit out. Pure; called by the pass alone.

use std::collections::BTreeMap;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_runtime::{SealError, continue_trace};
use signalbox_store::ingest::{FoldPart, Letter, PositionMove};

use crate::config::SourceConfig;
use crate::fold::{FoldContext, Folder, Refusal};
use crate::formats::{Payload, RECORD_LIMIT, read};
use crate::gather::{Gathering, watermark};
use crate::kafka::{Batch, MoveReason, RawRecord};
use crate::keep::{Items, Keeping, Whole, keep};
use crate::keys::FingerprintConfig;
use crate::observation::{ProjectHint, Reading, Unreadable};

/// Whose records these are, and where they stood.
pub(crate) struct PartContext<'a> {
    pub(crate) source: &'a SourceConfig,
    pub(crate) stream: &'a Stream,
    pub(crate) projects: &'a BTreeMap<ProjectName, ProjectId>,
    pub(crate) fingerprints: &'a FingerprintConfig,
    pub(crate) gathering: &'a Gathering,
    pub(crate) fold: FoldContext<'a>,
}

/// A part, and what the store does not count: items, of which most records have one.
pub(crate) struct Part {
    pub(crate) part: FoldPart,
    pub(crate) read: u64,
    pub(crate) not_a_signal: u64,
}

/// Reads every record and folds or refuses it; without a position yet. What stands before `from` was read already.
pub(crate) fn part(batch: &Batch, from: Option<i64>, context: &PartContext<'_>) -> Result<Part, SealError> {
    let mut folder = Folder::default();
    let (mut read, mut not_a_signal) = (batch.passed_over, batch.passed_over);
    let fresh = |record: &&RawRecord| from.is_none_or(|from| record.offset >= from);
    let watermark = watermark(batch.written_at.into_iter(), context.fold.received_at);
    for record in batch.records.iter().filter(fresh) {
        let counted = match record.traceparent() {
            None => one(&mut folder, record, context)?,
            Some(traceparent) => {
                let span = tracing::info_span!(
                    "record",
                    topic = context.stream.topic,
                    partition = context.stream.partition,
                    offset = record.offset
                );
                continue_trace(&span, traceparent);
                span.in_scope(|| one(&mut folder, record, context))?
            }
        };
        read += counted.items;
        not_a_signal += counted.not_signals;
    }
    let mut part = FoldPart { watermark, ..folder.finish(context.fold.redactor) };
    if context.source.kafka.dead_letters.is_some() {
        part.quarantined.iter_mut().for_each(|record| record.letter = Letter::Due);
    }
    Ok(Part { part, read, not_a_signal })
}

fn one(folder: &mut Folder, record: &RawRecord, context: &PartContext<'_>) -> Result<Items, SealError> {
    let reading = reading(record, context);
    if let Ok(reading) = &reading
        && reading.is_silent()
    {
        return Ok(Items { items: reading.not_signals, not_signals: reading.not_signals });
    }
    let whole = Whole {
        source: &context.source.name,
        origin: RecordOrigin::Kafka { stream: context.stream.clone(), offset: record.offset },
        bytes: record.bytes.as_deref().unwrap_or_default(),
        size: record.size,
    };
    let keeping =
        Keeping { fingerprints: context.fingerprints, gathering: context.gathering, fold: &context.fold };
    keep(folder, reading, |hint| project(hint, context), whole, &keeping)
}

fn reading(record: &RawRecord, context: &PartContext<'_>) -> Result<Reading, Unreadable> {
    let source = context.source;
    let Some(bytes) = &record.bytes else { return Ok(Reading::not_a_signal()) };
    if record.size > RECORD_LIMIT {
        return Err(Unreadable::TooLarge { size: record.size, limit: RECORD_LIMIT });
    }
    let headers: Vec<(&str, &str)> =
        record.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let payload = Payload::new(bytes, source.provenance);
    read(source.format, &Payload { headers: &headers, events: context.gathering.events(), ..payload })
}

fn project(hint: &ProjectHint, context: &PartContext<'_>) -> Option<ProjectId> {
    let name = context.source.project.project(hint)?;
    context.projects.get(name).copied()
}

/// A part that only moves the position; records that are gone leave a row that says so.
pub(crate) fn move_part(
    movement: PositionMove,
    reason: MoveReason,
    source: &SourceConfig,
    context: &FoldContext<'_>,
) -> Result<FoldPart, SealError> {
    let mut folder = Folder::default();
    if let Some(words) = gap(&movement, reason) {
        let offset = movement.from.unwrap_or(movement.to);
        let refusal = Refusal {
            source: source.name.clone(),
            origin: RecordOrigin::Kafka { stream: movement.stream.clone(), offset },
            code: "gap",
            words,
            bytes: &[],
            size: 0,
        };
        folder.refuse(refusal, context)?;
    }
    Ok(FoldPart { position: Some(movement), ..folder.finish(context.redactor) })
}

fn gap(movement: &PositionMove, reason: MoveReason) -> Option<String> {
    let (from, to) = (movement.from.unwrap_or(movement.to), movement.to);
    match reason {
        MoveReason::First => None,
        MoveReason::Expired => {
            Some(format!("Kafka deleted the records from {from} to {to} before they were read"))
        }
        MoveReason::Truncated => Some(format!(
            "the partition ends before {from}: it was cut, or the topic made anew; read again from {to}"
        )),
    }
}

#[cfg(test)]
mod tests;
