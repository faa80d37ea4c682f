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
use super::identity::{SignalOrigin, known_within, signals_within};
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

/// A fold with something to count.
pub(super) struct Seen<'a> {
    pub(super) place: usize,
    pub(super) limit: Option<&'a NewSignals>,
    pub(super) fold: &'a Fold,
    pub(super) fresh: Vec<FoldedRecord>,
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
    /// The signal of each fold in turn: its own, or the overflow's.
    pub(super) async fn signals_within(
        &mut self,
        step: &mut Step,
        seen: &[Seen<'_>],
        now: Timestamp,
    ) -> Result<Vec<(SignalId, SignalOrigin)>, StoreError> {
        let folds: Vec<&Fold> = seen.iter().map(|seen| seen.fold).collect();
        let known = known_within(step, &folds).await?;
        let mut signals: Vec<Option<(SignalId, SignalOrigin)>> =
            known.into_iter().map(|known| known.map(|(id, hold)| (id, SignalOrigin::Known(hold)))).collect();
        let mut unknown: Vec<usize> = (0..seen.len()).filter(|place| signals[*place].is_none()).collect();
        self.take_within(step, unknown.iter().map(|place| &seen[*place]), now).await?;
        // Whoever turns out to be known gives its unit to the next.
        loop {
            let (admitted, others) = self.admitted(unknown, seen);
            unknown = others;
            if admitted.is_empty() {
                break;
            }
            let folds: Vec<&Fold> = admitted.iter().map(|place| seen[*place].fold).collect();
            for (place, signal) in admitted.into_iter().zip(signals_within(step, &folds, now).await?) {
                self.note(&seen[place], signal.1);
                signals[place] = Some(signal);
            }
        }
        self.overflow_within(step, &unknown, seen, &mut signals, now).await?;
        let found = |(signal, seen): (Option<_>, &Seen<'_>)| {
            signal.ok_or_else(|| StoreError::Missing { what: "signal", id: seen.fold.id.to_string() })
        };
        signals.into_iter().zip(seen).map(found).collect()
    }

    /// Takes what the unknown keys may need.
    async fn take_within<'a>(
        &mut self,
        step: &mut Step,
        unknown: impl Iterator<Item = &'a Seen<'a>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut wanted: BTreeMap<Label, (QuotaLimit, (ProjectId, SourceFamily), u64)> = BTreeMap::new();
        for seen in unknown {
            let Some(limit) = seen.limit else { continue };
            let group = (seen.fold.key.project, seen.fold.key.family);
            let name = label(group)?;
            let quota = QuotaLimit { name: name.clone(), units: limit.units, window: limit.window };
            wanted.entry(name).or_insert((quota, group, 0)).2 += 1;
        }
        for (name, (quota, group, units)) in wanted {
            let share = quotas::take_within(step, &quota, units, now).await?;
            self.taken.insert(group, Taken { name, left: share.granted, share });
        }
        Ok(())
    }

    /// Those for whom units are left, in the order of their keys, and the others.
    fn admitted(&self, unknown: Vec<usize>, seen: &[Seen<'_>]) -> (Vec<usize>, Vec<usize>) {
        let mut left: BTreeMap<_, u64> =
            self.taken.iter().map(|(group, taken)| (*group, taken.left)).collect();
        unknown.into_iter().partition(|place| {
            let Seen { limit, fold, .. } = &seen[*place];
            match left.get_mut(&(fold.key.project, fold.key.family)) {
                Some(left) if limit.is_some_and(|limit| limit.of(&fold.key).is_some()) => {
                    let is_admitted = *left > 0;
                    *left = left.saturating_sub(1);
                    is_admitted
                }
                _ => true,
            }
        })
    }

    fn note(&mut self, seen: &Seen<'_>, origin: SignalOrigin) {
        let of = (seen.fold.key.project, seen.fold.key.family);
        if let Some(taken) = self.taken.get_mut(&of).filter(|_| seen.limit.is_some()) {
            taken.left = taken.left.saturating_sub(u64::from(origin == SignalOrigin::New));
        }
    }

    /// What no unit is left for. Another part of this very batch may have made a signal of the same key.
    async fn overflow_within(
        &self,
        step: &mut Step,
        unknown: &[usize],
        seen: &[Seen<'_>],
        signals: &mut [Option<(SignalId, SignalOrigin)>],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let folds: Vec<&Fold> = unknown.iter().map(|place| seen[*place].fold).collect();
        let known = known_within(step, &folds).await?;
        let mut overflows: BTreeMap<(ProjectId, SourceFamily), SignalId> = BTreeMap::new();
        for (place, known) in unknown.iter().zip(known) {
            let Seen { limit, fold, .. } = &seen[*place];
            let overflow = limit.and_then(|limit| limit.of(&fold.key));
            signals[*place] = match (known, overflow) {
                (Some((id, hold)), _) => Some((id, SignalOrigin::Known(hold))),
                (None, None) => None,
                (None, Some(overflow)) => {
                    let group = (fold.key.project, fold.key.family);
                    let id = match overflows.get(&group) {
                        Some(id) => *id,
                        None => overflow_signal(step, &overflow.fold, now).await?,
                    };
                    overflows.insert(group, id);
                    Some((id, SignalOrigin::Overflow))
                }
            };
        }
        Ok(())
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

async fn overflow_signal(step: &mut Step, fold: &Fold, now: Timestamp) -> Result<SignalId, StoreError> {
    if let Some(Some((id, _))) = known_within(step, &[fold]).await?.first() {
        return Ok(*id);
    }
    let made = signals_within(step, &[fold], now).await?;
    let missing = || StoreError::Missing { what: "signal", id: fold.id.to_string() };
    made.first().map(|(id, _)| *id).ok_or_else(missing)
}

fn label((project, family): (ProjectId, SourceFamily)) -> Result<Label, StoreError> {
    let name = format!("new/{}/{}", project.uuid(), family.name());
    name.parse().map_err(|error| StoreError::damaged("quota", crate::error::DamageSource::Name(error)))
}
