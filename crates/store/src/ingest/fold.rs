//! The one write of ingest: folds, quarantine and positions in a transaction.
//!
//! A part whose position was moved by another consumer writes nothing and says so; the other parts go on. Signals
//! are written in the order of their keys, so that two consumers never wait for each other in a circle. Each table is
//! written by one statement a batch, however many signals it holds.

mod counts;
mod facets;
mod marks;

use std::collections::BTreeMap;

use signalbox_domain::ids::{DeliveryId, QuarantineId, SignalId};
use signalbox_domain::names::SourceName;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::signal::{Fingerprint, HoldChange, HoldReason, Sample, Severity, SignalKey};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;

use super::gathered::{Gathered, gathered_within};
use super::identity::{SignalOrigin, aliases_within};
use super::limit::{Admission, NewSignals, Seen};
use super::points::{self, SeriesKey};
use super::sessions::{self, SessionKey};
use super::{deliveries, quarantine};
use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::execute;
use crate::step::Step;

/// Everything one commit of ingest writes.
#[derive(Debug, Clone, Default)]
pub struct FoldBatch {
    pub parts: Vec<FoldPart>,
}

/// What one partition, request or file line range adds.
#[derive(Debug, Clone, Default)]
pub struct FoldPart {
    /// None where the sender, not a position, says what was sent before.
    pub position: Option<PositionMove>,
    /// When the newest of its records was written, where its source says so.
    pub watermark: Option<Timestamp>,
    pub folds: Vec<Fold>,
    pub gathered: Gathered,
    pub quarantined: Vec<Quarantined>,
    /// What this part was read from, where that is a row: used up together with the part, or the part is dropped.
    pub from: Option<PartSource>,
    /// None where any number may be new.
    pub limit: Option<NewSignals>,
}

/// A row that a part was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartSource {
    /// Marked as read.
    Delivery(DeliveryId),
    /// Taken out: it is read now, or lies there anew under another id.
    Quarantine(QuarantineId),
    /// Taken out: it is over, and nothing came of it since this revision.
    Session { key: SessionKey, revision: i64 },
    /// Its windows of this stretch are judged.
    Series { key: SeriesKey, from: Timestamp, to: Timestamp },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionMove {
    pub stream: Stream,
    /// The offset this part began at; None for the first part ever.
    pub from: Option<i64>,
    pub to: i64,
}

/// Records of one signal, folded.
#[derive(Debug, Clone)]
pub struct Fold {
    /// The signal's id if it turns out to be new.
    pub id: SignalId,
    /// Its key by the oldest version in use: the one that every process knows while an upgrade is under way.
    pub key: SignalKey,
    /// Its keys by the newer versions, during an overlap: each becomes an alias of the signal.
    pub aliases: Vec<Fingerprint>,
    pub title: Sourced<String>,
    pub severity: Severity,
    pub hold: Option<HoldReason>,
    /// Of the record that says whether it is held.
    pub hold_at: Timestamp,
    pub repository: Option<Sourced<String>>,
    /// Whoever its records are about.
    pub users: Sketch,
    pub records: Vec<FoldedRecord>,
    /// Examples to choose from.
    pub samples: Vec<Sample>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedRecord {
    /// The record's own id, hashed: the same record at another offset is recognised by it.
    pub mark: Option<[u8; 16]>,
    pub at: Timestamp,
    pub count: u64,
    /// It says itself that its signal is to be held.
    pub held: bool,
}

/// A record that could not be read, with its bytes sealed by the caller.
#[derive(Debug, Clone)]
pub struct Quarantined {
    pub id: QuarantineId,
    pub source: SourceName,
    pub origin: RecordOrigin,
    pub code: String,
    pub words: String,
    pub sealed: Vec<u8>,
    pub size: u64,
    pub letter: Letter,
}

/// Whether a record that could not be read is handed on to a topic for such.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Letter {
    #[default]
    None,
    Due,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartReport {
    Folded {
        /// Records counted.
        records: u64,
        /// Records recognised as counted before.
        duplicates: u64,
        new_signals: u64,
        /// Of `records`, those counted in an overflow signal.
        overflow: u64,
        /// Of the other `records`, those that say that they are to be held.
        held: u64,
        quarantined: u64,
    },
    /// Another consumer moved the position: nothing of this part was written.
    LostRace,
}

pub(super) use marks::new_marks_within;

/// What a batch adds to one signal: folds of one or more parts, with the records of each that count.
#[derive(Default)]
struct Found<'a>(Vec<(SignalOrigin, &'a Fold, Vec<FoldedRecord>)>);

impl Store {
    /// Folds a batch; the reports stand in the order of its parts.
    pub async fn signals_fold(
        &self,
        batch: &FoldBatch,
        now: Timestamp,
    ) -> Result<Vec<PartReport>, StoreError> {
        let mut step = self.write(Method::SignalsFold).await?;
        let mut won = positions_within(&mut step, &batch.parts, now).await?;
        let gathered: Vec<&Gathered> = won.iter().map(|won| &won.part.gathered).collect();
        gathered_within(&mut step, &gathered, now).await?;
        folds_within(&mut step, &mut won, now).await?;
        for part in &won {
            for quarantined in &part.part.quarantined {
                quarantine_within(&mut step, quarantined, now).await?;
            }
        }
        step.commit().await?;
        let mut reports = vec![PartReport::LostRace; batch.parts.len()];
        for part in won {
            reports[part.index] = part.report();
        }
        Ok(reports)
    }
}

/// A part whose position moved, and what of it was counted.
struct Won<'a> {
    index: usize,
    part: &'a FoldPart,
    records: u64,
    duplicates: u64,
    new_signals: u64,
    overflow: u64,
    held: u64,
}

impl Won<'_> {
    fn report(&self) -> PartReport {
        PartReport::Folded {
            records: self.records,
            duplicates: self.duplicates,
            new_signals: self.new_signals,
            overflow: self.overflow,
            held: self.held,
            quarantined: column::length(self.part.quarantined.len()),
        }
    }
}

/// Moves the positions, in the order of their streams; parts that lost the race fall out.
async fn positions_within<'a>(
    step: &mut Step,
    parts: &'a [FoldPart],
    now: Timestamp,
) -> Result<Vec<Won<'a>>, StoreError> {
    let mut ordered: Vec<(usize, &FoldPart)> = parts.iter().enumerate().collect();
    let stream = |part: &FoldPart| part.position.as_ref().map(|position| position.stream.clone());
    ordered.sort_by_key(|(_, part)| stream(part));
    let mut won = Vec::with_capacity(parts.len());
    for (index, part) in ordered {
        let moved = match &part.position {
            None => true,
            Some(position) => position_within(step, position, part.watermark, now).await?,
        };
        if moved && used_up_within(step, part.from.as_ref(), now).await? {
            won.push(Won { index, part, records: 0, duplicates: 0, new_signals: 0, overflow: 0, held: 0 });
        }
    }
    Ok(won)
}

/// Marks first, then whose the keys are, then what may be new, then what is counted, then aliases: each kind in an order
/// of its own over the whole batch. Whoever folds at the same time takes the same rows in the same order, so nobody waits
/// in a circle.
async fn folds_within(step: &mut Step, won: &mut [Won<'_>], now: Timestamp) -> Result<(), StoreError> {
    let mut folds: Vec<(usize, &Fold)> = Vec::new();
    for (place, part) in won.iter().enumerate() {
        folds.extend(part.part.folds.iter().map(|fold| (place, fold)));
    }
    folds.sort_by(|one, other| one.1.key.cmp(&other.1.key));
    let mut seen = Vec::with_capacity(folds.len());
    let fresh = marks::fresh_within(step, &folds, now).await?;
    for ((place, fold), fresh) in folds.into_iter().zip(fresh) {
        let part = &mut won[place];
        part.duplicates += column::length(fold.records.len() - fresh.len());
        part.records += column::length(fresh.len());
        if !fresh.is_empty() {
            seen.push(Seen { place, limit: part.part.limit.as_ref(), fold, fresh });
        }
    }
    let mut admission = Admission::default();
    let signals = admission.signals_within(step, &seen, now).await?;
    let mut found: BTreeMap<SignalId, Found<'_>> = BTreeMap::new();
    for (Seen { place, limit, fold, fresh }, (id, origin)) in seen.into_iter().zip(signals) {
        let part = &mut won[place];
        part.new_signals += u64::from(origin == SignalOrigin::New);
        if origin == SignalOrigin::Overflow {
            part.overflow += column::length(fresh.len());
            admission.count(id, limit, &fold.key, column::length(fresh.len()));
        } else {
            part.held += column::length(fresh.iter().filter(|record| record.held).count());
        }
        found.entry(id).or_default().0.push((origin, fold, fresh));
    }
    counts::counts_within(step, &found).await?;
    for (id, origin, fold) in each(&found) {
        if let SignalOrigin::Known(hold) = origin {
            hold_within(step, id, hold, fold).await?;
        }
    }
    facets::users_within(step, &found).await?;
    facets::samples_within(step, &found, now).await?;
    let own = each(&found).filter(|(_, origin, _)| *origin != SignalOrigin::Overflow);
    aliases_within(step, own.map(|(id, _, fold)| (id, fold)), now).await?;
    admission.close_within(step, now).await
}

fn each<'a>(
    found: &'a BTreeMap<SignalId, Found<'_>>,
) -> impl Iterator<Item = (SignalId, SignalOrigin, &'a Fold)> {
    found.iter().flat_map(|(id, found)| found.0.iter().map(|(origin, fold, _)| (*id, *origin, *fold)))
}

/// False where another process has used the row up before.
async fn used_up_within(
    step: &mut Step,
    from: Option<&PartSource>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match from {
        None => Ok(true),
        Some(PartSource::Delivery(id)) => deliveries::read_within(step, *id, now).await,
        Some(PartSource::Quarantine(id)) => quarantine::remove_within(step, *id).await,
        Some(PartSource::Session { key, revision }) => sessions::remove_within(step, *key, *revision).await,
        Some(PartSource::Series { key, from, to }) => points::judged_within(step, key, *from, *to).await,
    }
}

async fn position_within(
    step: &mut Step,
    position: &PositionMove,
    watermark: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let watermark = watermark.map(Timestamp::micros);
    let Stream { source, cluster, topic, topic_id, partition } = &position.stream;
    let moved = match position.from {
        None => execute!(
            step,
            "queries/ingest/position_begin.sqlite.sql",
            "queries/ingest/position_begin.postgres.sql",
            source.as_str(),
            cluster,
            topic,
            topic_id,
            i64::from(*partition),
            position.to,
            now.micros(),
            watermark
        )?,
        Some(from) => execute!(
            step,
            "queries/ingest/position_move.sqlite.sql",
            "queries/ingest/position_move.postgres.sql",
            source.as_str(),
            cluster,
            topic,
            topic_id,
            i64::from(*partition),
            position.to,
            now.micros(),
            watermark,
            from
        )?,
    };
    Ok(moved == 1)
}

/// What came last decides whether a signal is held; where that hangs on one record alone, it holds no signal that has
/// others. The signal's row of counts is locked by this step already, so no later record slips in between.
async fn hold_within(
    step: &mut Step,
    id: SignalId,
    known: Option<HoldReason>,
    fold: &Fold,
) -> Result<(), StoreError> {
    let unless_later_than = match HoldReason::change(known, fold.hold) {
        HoldChange::Stays => return Ok(()),
        HoldChange::Always => None,
        HoldChange::IfNewest => Some(fold.hold_at.micros()),
    };
    execute!(
        step,
        "queries/ingest/hold_change.sqlite.sql",
        "queries/ingest/hold_change.postgres.sql",
        id.uuid(),
        fold.hold.map(HoldReason::name),
        unless_later_than
    )
    .map(drop)
}

async fn quarantine_within(step: &mut Step, row: &Quarantined, now: Timestamp) -> Result<(), StoreError> {
    let origin = column::form(&row.origin)?;
    execute!(
        step,
        "queries/ingest/quarantine_insert.sqlite.sql",
        "queries/ingest/quarantine_insert.postgres.sql",
        row.id.uuid(),
        row.source.as_str(),
        origin,
        row.code,
        row.words,
        row.sealed,
        column::from_count(row.size),
        now.micros(),
        (row.letter == Letter::Due).then_some(1_i64)
    )
    .map(drop)
}
