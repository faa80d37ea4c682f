//! The decision of ingest: readings in, one part of a batch out. Pure: redaction, clamping and folding happen here,
//! so that nothing unredacted ever reaches the store. Most records of a storm are only counted: a sample is made, and cleaned,
//! of those alone that are worth keeping.

mod bars;
mod clean;

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use signalbox_domain::ids::{ProjectId, QuarantineId, SignalId};
use signalbox_domain::names::SourceName;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::signal::{HoldChange, HoldReason, SignalKey, Worth, worth_keeping};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;
use signalbox_redact::Redactor;
use signalbox_runtime::{IdSource, SealContext, SealError, SealPurpose, SealingKeys, pseudonym};
use signalbox_store::ingest::{Fold, FoldPart, FoldedRecord, Letter, Quarantined};

use crate::gather::{Gatherer, Gathering};
use crate::holds::HoldConfig;
use crate::keys::FingerprintConfig;
use crate::observation::{Noted, Observation};
use clean::{sample, worth};

pub(crate) use bars::Bars;
pub(crate) use clean::Cleaner;

/// Record times are clamped to this before what the clock said at receipt, and to `AHEAD` after it.
const BEHIND: Duration = Duration::from_secs(7 * 24 * 3600);
pub(crate) const AHEAD: Duration = Duration::from_secs(5 * 60);

/// What one record counts for at most, whatever it claims: no sum of such counts is ever too large for a database.
pub(crate) const MOST_COUNT: u64 = 1 << 32;

/// Candidates for samples that one fold holds before it looks which of them are worth keeping.
const MOST_CANDIDATES: usize = 16;

/// Newer keys of one fold: where an older version lumped together what is many, the store keeps no more either.
const MOST_ALIASES: usize = 64;

/// What stands still while a part is folded.
pub struct FoldContext<'a> {
    pub redactor: &'a Redactor,
    pub ids: &'a IdSource,
    pub keys: &'a SealingKeys,
    pub holds: &'a HoldConfig,
    /// What records must be worth to become samples, where that is known.
    pub(crate) bars: Option<&'a Bars>,
    pub received_at: Timestamp,
}

impl<'a> FoldContext<'a> {
    pub fn new(
        redactor: &'a Redactor,
        ids: &'a IdSource,
        keys: &'a SealingKeys,
        holds: &'a HoldConfig,
        received_at: Timestamp,
    ) -> Self {
        Self { redactor, ids, keys, holds, bars: None, received_at }
    }
}

/// A part under construction.
#[derive(Default)]
pub struct Folder {
    folds: BTreeMap<SignalKey, Open>,
    gatherer: Gatherer,
    quarantined: Vec<Quarantined>,
}

/// A fold, and the records that may become its samples, as they came.
struct Open {
    fold: Fold,
    candidates: Vec<(Worth, Observation)>,
}

/// A record that could not be used.
pub struct Refusal<'a> {
    pub source: SourceName,
    pub origin: RecordOrigin,
    /// What programs compare.
    pub code: &'static str,
    /// What people read; it never repeats the record.
    pub words: String,
    /// Sealed for its row before it is kept.
    pub bytes: &'a [u8],
    /// Of the whole record, where `bytes` was cut.
    pub size: u64,
}

impl Folder {
    /// Adds an observation of a project; the id of a signal is drawn when its key is first seen.
    pub fn add(
        &mut self,
        project: ProjectId,
        observation: Observation,
        keys: &FingerprintConfig,
        context: &FoldContext<'_>,
    ) {
        let fingerprints = observation.identity.keys(observation.family, observation.kind.as_str(), keys);
        let Some((oldest, newer)) = fingerprints.split_first() else { return };
        let key = SignalKey {
            project,
            family: observation.family,
            kind: observation.kind.clone(),
            fingerprint: oldest.clone(),
        };
        let own_hold = context.holds.of(&observation, context.received_at);
        let record = record(&observation, own_hold, context.received_at);
        let open = self.folds.entry(key.clone()).or_insert_with(|| {
            let mut clean = Cleaner::new(context.redactor);
            let fold = Fold {
                id: context.ids.next::<SignalId>(),
                key,
                aliases: Vec::new(),
                title: clean.sourced(&observation.title),
                severity: observation.severity,
                hold: own_hold,
                hold_at: record.at,
                repository: observation.repository.as_ref().map(|name| clean.sourced(name)),
                users: Sketch::default(),
                records: Vec::new(),
                samples: Vec::new(),
            };
            Open { fold, candidates: Vec::new() }
        });
        let fold = &mut open.fold;
        hold(fold, own_hold, record.at);
        for fingerprint in newer {
            if !fold.aliases.contains(fingerprint) && fold.aliases.len() < MOST_ALIASES {
                fold.aliases.push(fingerprint.clone());
            }
        }
        observation.users.iter().for_each(|user| fold.users.add(pseudonym(user)));
        observation.people.iter().for_each(|person| fold.users.add(*person));
        fold.records.push(record);
        let worth = worth(&observation, record.at);
        if !context.bars.is_none_or(|bars| bars.is_passed(&fold.key, worth, context.received_at)) {
            return;
        }
        if open.candidates.len() >= MOST_CANDIDATES {
            open.candidates = worth_keeping(std::mem::take(&mut open.candidates));
        }
        open.candidates.push((worth, observation));
    }

    /// Gathers what was noted of a record of a project.
    pub(crate) fn note(
        &mut self,
        project: ProjectId,
        noted: &Noted,
        source: &SourceName,
        gathering: &Gathering,
        context: &FoldContext<'_>,
    ) {
        self.gatherer.note(project, noted, source, gathering, context);
    }

    /// Quarantines a record. Its bytes open under the id of its row alone.
    pub fn refuse(&mut self, refusal: Refusal<'_>, context: &FoldContext<'_>) -> Result<(), SealError> {
        let Refusal { source, origin, code, words, bytes, size } = refusal;
        let id = context.ids.next::<QuarantineId>();
        let row = id.uuid();
        let place = SealContext { purpose: SealPurpose::Quarantine, row: row.as_bytes() };
        let sealed = context.keys.seal(place, bytes)?;
        let (code, letter) = (code.to_owned(), Letter::None);
        self.quarantined.push(Quarantined { id, source, origin, code, words, sealed, size, letter });
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.folds.is_empty() && self.gatherer.is_empty() && self.quarantined.is_empty()
    }

    /// The part, without a position.
    pub fn finish(self, redactor: &Redactor) -> FoldPart {
        let folds = self.folds.into_values().map(|open| open.finish(redactor)).collect();
        let gathered = self.gatherer.finish();
        FoldPart { folds, gathered, quarantined: self.quarantined, ..FoldPart::default() }
    }
}

impl Open {
    fn finish(self, redactor: &Redactor) -> Fold {
        let Self { mut fold, candidates } = self;
        let chosen = worth_keeping(candidates).into_iter();
        fold.samples = chosen.map(|(worth, observation)| sample(observation, worth, redactor)).collect();
        fold
    }
}

/// The same rule as between batches: what was resolved can fire again, and the other way round.
fn hold(fold: &mut Fold, new: Option<HoldReason>, at: Timestamp) {
    let changes = match HoldReason::change(fold.hold, new) {
        HoldChange::Stays => fold.hold == new && at > fold.hold_at,
        HoldChange::IfNewest => at >= fold.hold_at,
        HoldChange::Always => true,
    };
    if changes {
        (fold.hold, fold.hold_at) = (new, at);
    }
}

fn record(observation: &Observation, hold: Option<HoldReason>, received_at: Timestamp) -> FoldedRecord {
    FoldedRecord {
        mark: observation.record_id.as_deref().map(|id| mark(observation, id)),
        at: clamped(observation.occurred_at, received_at),
        count: observation.count.min(MOST_COUNT),
        held: hold.is_some(),
    }
}

/// A record's time as it is counted.
pub(crate) fn clamped(at: Option<Timestamp>, received_at: Timestamp) -> Timestamp {
    at.unwrap_or(received_at).clamp(received_at.minus(BEHIND), received_at.plus(AHEAD))
}

/// 128 bits of a hash over family and id: ids of two senders never meet.
fn mark(observation: &Observation, id: &str) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(observation.family.name().as_bytes());
    hasher.update([0]);
    hasher.update(id.as_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    let mut mark = [0; 16];
    mark.copy_from_slice(&digest[..16]);
    mark
}
