//! How many signals may be new: a counter a project and family and window, taken in the transaction that makes them. Above it
//! what would be new counts in one overflow signal, and a decision says so.
//!
//! ```text
//!   folds of unknown keys ─▶ counters, in the order of their names ─▶ new, in the order of keys, while units are left
//!                                                                  └▶ overflow; units that were not needed go back
//! ```
//!
//! Counters are taken before any signal is made: whoever makes signals of one project and family waits there, and nowhere
//! else. Called by `fold` alone.

use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{DecisionId, ProjectId, SignalId};
use signalbox_domain::names::Label;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::signal::{SignalKey, SourceFamily};
use signalbox_domain::time::Timestamp;

use super::fold::{Fold, FoldedRecord};
use super::identity::{KnownSignal, SignalOrigin, known_within, signal_within};
use crate::decisions;
use crate::error::StoreError;
use crate::quotas::{self, QuotaShare};
use crate::step::Step;

/// How many may be new, and what counts the others.
#[derive(Debug, Clone)]
pub struct NewSignals {
    /// In a window, of one project and family.
    pub units: u64,
    pub window: Duration,
    /// One for each project and family of the part's folds.
    pub overflows: Vec<Overflow>,
}

/// What counts the records of signals that were one too many.
#[derive(Debug, Clone)]
pub struct Overflow {
    /// The signal, without records.
    pub fold: Fold,
    pub decision: DecisionId,
    pub reason: Reason,
}

/// A fold with something to count, and whose it is, if anybody's.
pub(super) struct Seen<'a> {
    pub(super) place: usize,
    pub(super) limit: Option<&'a NewSignals>,
    pub(super) fold: &'a Fold,
    pub(super) fresh: Vec<FoldedRecord>,
    pub(super) known: Option<KnownSignal>,
}

/// The units that a fold has taken, and what it did not admit.
#[derive(Default)]
pub(super) struct Admission {
    taken: BTreeMap<(ProjectId, SourceFamily), Taken>,
    overflowed: BTreeMap<SignalId, Decision>,
}

struct Taken {
    name: Label,
    share: QuotaShare,
    left: u64,
}

impl Admission {
    /// Takes what the unknown keys may need.
    pub(super) async fn within(
        step: &mut Step,
        seen: &[Seen<'_>],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut wanted: BTreeMap<Label, (QuotaLimit, (ProjectId, SourceFamily), u64)> = BTreeMap::new();
        for seen in seen.iter().filter(|seen| seen.known.is_none()) {
            let Some(limit) = seen.limit else { continue };
            let group = (seen.fold.key.project, seen.fold.key.family);
            let name = label(group)?;
            let quota = QuotaLimit { name: name.clone(), units: limit.units, window: limit.window };
            wanted.entry(name).or_insert((quota, group, 0)).2 += 1;
        }
        let mut this = Self::default();
        for (name, (quota, group, units)) in wanted {
            let share = quotas::take_within(step, &quota, units, now).await?;
            this.taken.insert(group, Taken { name, left: share.granted, share });
        }
        Ok(this)
    }

    /// The signal of a fold of unknown keys: its own, or the overflow's.
    pub(super) async fn signal_within(
        &mut self,
        step: &mut Step,
        limit: Option<&NewSignals>,
        fold: &Fold,
        now: Timestamp,
    ) -> Result<(SignalId, SignalOrigin), StoreError> {
        let group = (fold.key.project, fold.key.family);
        let overflow = limit.and_then(|limit| limit.of(&fold.key));
        let (Some(overflow), Some(taken)) = (overflow, self.taken.get_mut(&group)) else {
            return signal_within(step, fold, now).await;
        };
        if taken.left > 0 {
            let (id, origin) = signal_within(step, fold, now).await?;
            taken.left -= u64::from(origin == SignalOrigin::New);
            return Ok((id, origin));
        }
        // Another part of this very batch may have made it.
        if let Some((id, hold)) = known_within(step, fold).await? {
            return Ok((id, SignalOrigin::Known(hold)));
        }
        let id = match known_within(step, &overflow.fold).await? {
            Some((id, _)) => id,
            None => signal_within(step, &overflow.fold, now).await?.0,
        };
        Ok((id, SignalOrigin::Overflow))
    }

    /// Remembers what an overflow signal counts.
    pub(super) fn count(&mut self, id: SignalId, limit: Option<&NewSignals>, key: &SignalKey, records: u64) {
        let Some(overflow) = limit.and_then(|limit| limit.of(key)) else { return };
        let decision = self.overflowed.entry(id).or_insert_with(|| Decision {
            id: overflow.decision,
            stage: Stage::Ingest,
            subject: Subject::Signal(id),
            reason: overflow.reason.clone(),
            first_at: Timestamp::EPOCH,
            last_at: Timestamp::EPOCH,
            count: 0,
        });
        decision.count += records;
    }

    /// Gives back what was not needed, and says why signals were not made.
    pub(super) async fn close_within(self, step: &mut Step, now: Timestamp) -> Result<(), StoreError> {
        for taken in self.taken.into_values().filter(|taken| taken.left > 0) {
            quotas::give_back_within(step, &taken.name, taken.share.window_start, taken.left).await?;
        }
        let decisions: Vec<Decision> = self
            .overflowed
            .into_values()
            .map(|decision| Decision { first_at: now, last_at: now, ..decision })
            .collect();
        if decisions.is_empty() { Ok(()) } else { decisions::record_within(step, &decisions).await }
    }
}

impl NewSignals {
    fn of(&self, key: &SignalKey) -> Option<&Overflow> {
        let same = |fold: &Fold| (fold.key.project, fold.key.family) == (key.project, key.family);
        self.overflows.iter().find(|overflow| same(&overflow.fold))
    }
}

fn label((project, family): (ProjectId, SourceFamily)) -> Result<Label, StoreError> {
    let name = format!("new/{}/{}", project.uuid(), family.name());
    name.parse().map_err(|error| StoreError::damaged("quota", crate::error::DamageSource::Name(error)))
}
