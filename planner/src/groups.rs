//! Grouping: a signal that belongs to no case joins the open case that it is most like, or opens one.
//!
//! ```text
//!   open cases as the store keeps them ─▶ Groups, at one plan revision ─▶ group(signals) ─▶ joins, with their reasons
//! ```
//!
//! What a process holds in `Groups` follows from the open cases of the store at that revision and from nothing else:
//! their exemplars in the order of their ids. So after a restart, or in another process, the same signals join the same
//! cases. Signals are taken by the time of their first record, not in the order in which they came.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_runtime::IdSource;
use signalbox_similarity::features::Features;
use signalbox_similarity::group::{
    CaseId as Slot, KeptError, Note, Placement, ProjectIndex, Reason, SourcePair, Weights,
};
use signalbox_store::planner::{PlanInput, PlanSignal};

use crate::features::features;

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

/// What became of the signals that belonged to no case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grouping {
    pub joined: BTreeMap<SignalId, Joined>,
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

/// Puts every signal without a case into one. Deterministic; `groups` knows of it afterwards.
pub fn group(groups: &mut Groups, input: &PlanInput, ids: &IdSource) -> Result<Grouping, KeptError> {
    let mut grouping = Grouping::default();
    let mut touched: BTreeSet<Slot> = BTreeSet::new();
    for changed in in_order(&input.signals) {
        if changed.case.is_some() {
            continue;
        }
        let placement = groups.index.observe(&features(changed));
        if placement.new {
            groups.cases.push(ids.next());
        }
        let Some(case) = groups.case(placement.case) else { continue };
        touched.insert(placement.case);
        let signal = changed.signal.id;
        let code = if placement.new { "new-case" } else { "joined" };
        let words = words(groups, &placement, case);
        grouping.joined.insert(signal, Joined { signal, case, is_new: placement.new, code, words });
    }
    for slot in touched {
        if let Some(case) = groups.case(slot) {
            grouping.exemplars.insert(case, groups.index.kept(slot)?);
        }
    }
    Ok(grouping)
}

fn words(groups: &Groups, placement: &Placement, case: CaseId) -> String {
    let first = placement.candidates.first();
    let closest = first.and_then(|first| groups.case(first.case).map(|case| (first, case)));
    match (placement.note, closest) {
        (Note::Joined, Some((first, _))) => {
            format!("shares {} with {case}: {:.2}", shared(&first.reasons), first.score)
        }
        (Note::WouldWiden, Some((first, closest))) => format!(
            "like one signal of {closest} ({:.2}) and unlike the rest, so no one change would fix both: it opens {case}",
            first.score
        ),
        (Note::BelowThreshold, Some((first, closest))) => {
            format!("the closest open case is {closest} with {:.2}, too little: it opens {case}", first.score)
        }
        _ => format!("no open case is like it: it opens {case}"),
    }
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
