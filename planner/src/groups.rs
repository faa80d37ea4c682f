//! Grouping: a signal that belongs to no case joins the open case that it is most like, or opens one.
//!
//! ```text
//!   open cases as the store keeps them ─▶ Groups, at one plan revision ─▶ group(signals) ─▶ joins, with their reasons
//! ```
//!
//! Where sharpeners are set, what they say of a doubtful likeness comes in as a fact (`place.rs`); what has joined is looked
//! at once more by the guard (`apart.rs`). What a process holds in `Groups` follows from the open cases of the store at that revision and from nothing else:
//! their exemplars in the order of their ids. So after a restart, or in another process, the same signals join the same
//! cases. Signals are taken by the time of their first record, not in the order in which they came.

mod apart;
mod place;

use std::collections::BTreeMap;

use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_runtime::IdSource;
use signalbox_similarity::features::Features;
use signalbox_similarity::group::{CaseId as Slot, KeptError, ProjectIndex, Reason, SourcePair, Weights};
use signalbox_store::planner::{PlanInput, PlanSignal};

use crate::features::features;
pub(crate) use apart::{Parted, part, suspects};
pub(crate) use place::{Placing, Said};

/// Reasons that are told of a likeness.
const REASONS_TOLD: usize = 3;
/// How long what is said of a likeness may be.
const LONGEST_REASON: usize = 300;

/// What grouping knows of a project's open cases.
#[derive(Debug, Clone, PartialEq)]
pub struct Groups {
    revision: i64,
    index: ProjectIndex,
    /// The case of each slot, in the order of their ids.
    cases: Vec<CaseId>,
}

/// A signal and the case that it belongs to from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub signal: SignalId,
    pub case: CaseId,
    pub is_new: bool,
    /// What programs compare, and what people read.
    pub code: &'static str,
    pub words: String,
}

/// What became of the signals that belonged to no case, and of the cases that they came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    pub joined: BTreeMap<SignalId, Joined>,
    /// Cases that fell apart, by whom they lost.
    pub(crate) parted: Vec<Parted>,
    /// What the store is to keep of the cases that changed.
    pub exemplars: BTreeMap<CaseId, String>,
}

impl Groups {
    pub fn new(revision: i64, thresholds: Vec<SourcePair>) -> Self {
        Self { revision, index: ProjectIndex::new(Weights::default(), thresholds), cases: Vec::new() }
    }

    pub(crate) fn revision(&self) -> i64 {
        self.revision
    }

    /// The plan made of it was written, and nothing else.
    pub(crate) fn moved_to(self, revision: i64) -> Self {
        Self { revision, ..self }
    }

    /// An open case as a plan wrote it down; cases come in the order of their ids.
    pub fn open_kept(&mut self, case: CaseId, exemplars: &str) -> Result<(), KeptError> {
        self.index.open_kept(exemplars)?;
        self.cases.push(case);
        Ok(())
    }

    /// An open case that was never written down, or in another version: told from its largest signals.
    pub fn open_told(&mut self, case: CaseId, members: &[PlanSignal]) {
        let mut ordered: Vec<&PlanSignal> = members.iter().collect();
        ordered.sort_by_key(|member| member.signal.id);
        let members: Vec<Features> = ordered.into_iter().map(features).collect();
        self.index.open(&members);
        self.cases.push(case);
    }

    /// Whether these are the cases that the store would tell now: the ids rise, as they do where one clock makes them.
    pub(crate) fn is_in_order(&self) -> bool {
        self.cases.is_sorted()
    }

    pub(crate) fn has(&self, case: CaseId) -> bool {
        self.cases.binary_search(&case).is_ok()
    }

    fn case(&self, slot: Slot) -> Option<CaseId> {
        self.cases.get(usize::try_from(slot.0).ok()?).copied()
    }

    fn slot(&self, case: CaseId) -> Option<Slot> {
        let at = self.cases.iter().position(|known| *known == case)?;
        u32::try_from(at).ok().map(Slot)
    }

    /// The open case that a signal is most like, and how like; nothing changes.
    pub(crate) fn closest(&self, features: &Features) -> Option<(CaseId, f32)> {
        let first = self.index.candidates(features).into_iter().next()?;
        self.case(first.case).map(|case| (case, first.score))
    }
}

/// Changed signals in the order in which a plan takes them, whatever order they came in.
pub(crate) fn in_order(signals: &[PlanSignal]) -> Vec<&PlanSignal> {
    let mut ordered: Vec<&PlanSignal> = signals.iter().collect();
    ordered.sort_by(|one, other| {
        let key = |changed: &PlanSignal| changed.signal.first_seen;
        key(one).cmp(&key(other)).then_with(|| one.signal.key.cmp(&other.signal.key))
    });
    ordered
}

/// Puts every signal without a case into one, by the features alone. Deterministic; `groups` knows of it afterwards.
pub fn group(groups: &mut Groups, input: &PlanInput, ids: &IdSource) -> Result<Grouping, KeptError> {
    let mut placing = Placing::new(groups, ids);
    for changed in in_order(&input.signals).into_iter().filter(|changed| changed.case.is_none()) {
        placing.place(changed, &features(changed), None)?;
    }
    placing.finish()
}

/// What speaks for the likeness, the strongest first.
fn shared(reasons: &[Reason]) -> String {
    let told: Vec<String> = reasons
        .iter()
        .filter(|reason| reason.weight > 0.0)
        .take(REASONS_TOLD)
        .map(|reason| format!("{} ({})", name(&reason.feature), reason.detail))
        .collect();
    if told.is_empty() {
        return "its features".to_owned();
    }
    let told = told.join(", ");
    match told.char_indices().nth(LONGEST_REASON) {
        Some((at, _)) => format!("{}…", &told[..at]),
        None => told,
    }
}

fn name(feature: &str) -> &str {
    match feature {
        "lead" => "the first frames",
        "message" => "the message",
        "title" => "the title",
        "circumstances" => "the place",
        other => other,
    }
}

#[cfg(test)]
mod tests;
