//! The guard: a case that a signal has just joined and that no one change could fix any more falls apart. Pure.
//!
//! Who is like whom is said by `similarity`; members that a person named stay. Who leaves gets a case of its own, and never
//! comes back by itself: grouping looks only at signals without a case. So a later pass keeps what this one parted.

use std::collections::BTreeSet;

use signalbox_domain::case::Bond;
use signalbox_domain::ids::{CaseId, SignalId};
use signalbox_domain::provenance::Sourced;
use signalbox_runtime::IdSource;
use signalbox_similarity::features::Features;
use signalbox_similarity::group::{Bond as Tie, KeptError, Leaving, Member};
use signalbox_store::planner::{BoundSignal, PlanSignal};

use super::{Grouping, Groups, shared};
use crate::features::features;

/// Signals that leave a case for one of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parted {
    pub(crate) from: CaseId,
    pub(crate) to: CaseId,
    /// What the first of them is called, and so the case.
    pub(crate) title: Sourced<String>,
    pub(crate) signals: Vec<SignalId>,
    /// Why they do not belong to the rest.
    pub(crate) words: String,
}

/// Cases that were there before and that now look like several, by what the index keeps of them.
pub(crate) fn suspects(groups: &Groups, grouping: &Grouping) -> Vec<CaseId> {
    let new: BTreeSet<CaseId> =
        grouping.joined.values().filter(|joined| joined.is_new).map(|joined| joined.case).collect();
    let is_several = |case: &CaseId| {
        let slot = groups.slot(*case);
        slot.is_some_and(|slot| groups.index.groups_within(slot).is_ok_and(|groups| groups > 1))
    };
    let touched = grouping.exemplars.keys().filter(|case| !new.contains(case));
    touched.filter(|case| is_several(case)).copied().collect()
}

/// Looks at all members of a case, `joining` those that came with this plan, and parts them where they do not belong
/// together. `groups` knows of it afterwards.
pub(crate) fn part(
    groups: &mut Groups,
    grouping: &mut Grouping,
    case: CaseId,
    members: &[BoundSignal],
    joining: &[&PlanSignal],
    ids: &IdSource,
) -> Result<(), KeptError> {
    let Some(slot) = groups.slot(case) else { return Ok(()) };
    let known = members.iter().map(|member| (&member.signal, tie(member.bond)));
    let all: Vec<(&PlanSignal, Tie)> =
        known.chain(joining.iter().map(|signal| (*signal, Tie::Likeness))).collect();
    let told: Vec<Features> = all.iter().map(|(signal, _)| features(signal)).collect();
    let compared: Vec<Member<'_>> =
        told.iter().zip(&all).map(|(features, (_, bond))| Member { features, bond: *bond }).collect();
    let split = groups.index.split(&compared);
    if split.is_one_case() {
        return Ok(());
    }
    let slots = groups.index.divide(slot, &told, &split)?;
    grouping.exemplars.insert(case, groups.index.kept(slot)?);
    for (slot, leaving) in slots.into_iter().zip(&split.leave) {
        let to: CaseId = ids.next();
        groups.cases.push(to);
        grouping.exemplars.insert(to, groups.index.kept(slot)?);
        let leave: Vec<&PlanSignal> =
            leaving.members.iter().filter_map(|at| all.get(*at)).map(|(signal, _)| *signal).collect();
        let Some(first) = leave.first() else { continue };
        grouping.parted.push(Parted {
            from: case,
            to,
            title: first.signal.title.clone(),
            signals: leave.iter().map(|signal| signal.signal.id).collect(),
            words: words(case, leaving),
        });
    }
    Ok(())
}

fn tie(bond: Bond) -> Tie {
    match bond {
        Bond::Likeness => Tie::Likeness,
        Bond::Person => Tie::Named,
    }
}

fn words(case: CaseId, leaving: &Leaving) -> String {
    let shares = if leaving.reasons.iter().any(|reason| reason.weight > 0.0) {
        format!(", sharing {}", shared(&leaving.reasons))
    } else {
        String::new()
    };
    format!(
        "unlike the rest of {case} ({:.2} on average, {:.2} at most{shares}), so no one change would fix both",
        leaving.likeness, leaving.closest
    )
}
