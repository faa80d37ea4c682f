//! What a plan is about: each case with the signals that changed or join it, and its facts. Pure.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::case::{Case, Score};
use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{CaseState, Machine as _};
use signalbox_domain::task::Priority;
use signalbox_store::planner::{CaseFacts, CaseRecord, PlanSignal};

use super::Decided;
use crate::facts::Facts;
use crate::groups::in_order;

/// A case as the plan finds it, with those who join it among its signals.
pub(super) struct Planned<'a> {
    pub(super) record: CaseRecord,
    pub(super) facts: Facts,
    /// Signals that changed, in the order of the plan.
    pub(super) changed: Vec<&'a PlanSignal>,
    /// The largest of the others, where there are others.
    pub(super) members: &'a [PlanSignal],
}

impl<'a> Planned<'a> {
    /// Its signals that were read, each once, the largest first.
    pub(super) fn read(&self) -> Vec<&'a PlanSignal> {
        let mut read: BTreeMap<SignalId, &PlanSignal> =
            self.members.iter().map(|member| (member.signal.id, member)).collect();
        read.extend(self.changed.iter().map(|changed| (changed.signal.id, *changed)));
        let mut read: Vec<&PlanSignal> = read.into_values().collect();
        read.sort_by(|one, other| {
            let (one, other) = (&one.signal, &other.signal);
            other.count.cmp(&one.count).then_with(|| one.key.cmp(&other.key))
        });
        read
    }

    /// The repository that the largest signal names of those that name one.
    pub(super) fn named(&self) -> Option<&'a Sourced<String>> {
        self.read().into_iter().find_map(|signal| signal.signal.repository.as_ref())
    }
}

/// Signals of one case, apart by whether the store knows that they belong to it.
#[derive(Default)]
struct Its<'a> {
    changed: Vec<&'a PlanSignal>,
    joining: Vec<&'a PlanSignal>,
}

/// Every case that the plan looks at. One that is gone from the store is not among them.
pub(super) fn planned<'a>(from: &Decided<'a>) -> BTreeMap<CaseId, Planned<'a>> {
    let mut its: BTreeMap<CaseId, Its<'a>> =
        from.facts.cases.keys().map(|case| (*case, Its::default())).collect();
    for changed in in_order(&from.input.signals) {
        let joined = from.grouping.joined.get(&changed.signal.id);
        let Some(case) = changed.case.or(joined.map(|joined| joined.case)) else { continue };
        let its = its.entry(case).or_default();
        its.changed.push(changed);
        if changed.case.is_none() {
            its.joining.push(changed);
        }
    }
    let joined = from.grouping.joined.values();
    let new: BTreeSet<CaseId> = joined.filter(|joined| joined.is_new).map(|joined| joined.case).collect();
    its.into_iter()
        .filter_map(|(case, its)| {
            let known = from.facts.cases.get(&case);
            let first = its.joining.first().copied();
            let record = match (known, first) {
                (Some(known), _) => known.record.clone(),
                (None, Some(first)) if new.contains(&case) => new_record(from, case, first),
                (None, _) => return None,
            };
            Some((case, of(from, record, known, its)))
        })
        .collect()
}

fn of<'a>(
    from: &Decided<'a>,
    mut record: CaseRecord,
    known: Option<&'a CaseFacts>,
    its: Its<'a>,
) -> Planned<'a> {
    record.case.signals.extend(its.joining.iter().map(|joining| joining.signal.id));
    record.case.signals.sort_unstable();
    record.case.signals.dedup();
    let members = known.map_or(&[][..], |known| known.members.as_slice());
    let read: Vec<&PlanSignal> = members.iter().chain(its.changed.iter().copied()).collect();
    let facts = Facts::of(known, &its.joining, &read, &from.facts.signal_hours);
    Planned { record, facts, changed: its.changed, members }
}

/// A case of a plan's own: it is called what its first signal is called.
fn new_record(from: &Decided<'_>, id: CaseId, first: &PlanSignal) -> CaseRecord {
    let case = Case {
        id,
        project: from.input.project,
        title: first.signal.title.clone(),
        state: CaseState::FIRST,
        generation: 1,
        score: Score { total: 0.0, priority: Priority::P4, parts: Vec::new() },
        signals: Vec::new(),
        opened_at: from.now,
        changed_at: from.now,
        merged_into: None,
    };
    CaseRecord::new(case)
}
