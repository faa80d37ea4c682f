//! Who belongs to which case: adding, moving, telling a case anew, and building a whole index from its cases.
//!
//! What the index keeps of a case follows from the case's own members in their order alone, not from what other cases
//! looked like at the time. So any series of moves leaves exactly the index that is built from its outcome.

use super::index::{Case, CaseId, ProjectIndex, keys};
use super::score::{self, SourcePair, Weights};
use super::split::Split;
use crate::explain::NothingKnown;
use crate::features::Features;
use std::collections::BTreeSet;

/// Exemplars kept of a case: members unlike each other.
const MAX_EXEMPLARS: usize = 8;
/// A member this close to an exemplar adds nothing.
const SAME_EXEMPLAR: f32 = 0.97;

/// A case was named that the index does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the index has no case {}", case.0)]
pub struct UnknownCase {
    pub case: CaseId,
}

impl ProjectIndex {
    /// The index of these cases, each with its members in their order. A case without members keeps its number.
    #[must_use]
    pub fn rebuilt(weights: Weights, thresholds: Vec<SourcePair>, cases: &[Vec<Features>]) -> Self {
        let mut index = Self::new(weights, thresholds);
        for members in cases {
            index.open(members);
        }
        index
    }

    /// Opens a case with these members.
    pub fn open(&mut self, members: &[Features]) -> CaseId {
        let case = CaseId(u32::try_from(self.cases.len()).unwrap_or(u32::MAX));
        self.cases.push(Case::default());
        members.iter().for_each(|member| self.add_member(member, case));
        case
    }

    /// Puts a signal into a case that a person (or an upstream id) named.
    pub fn assign(&mut self, features: &Features, case: CaseId) -> Result<(), UnknownCase> {
        self.known(case)?;
        self.add_member(features, case);
        Ok(())
    }

    /// Tells a case anew: after signals left it, or were taken away, with all that are still there in their order.
    pub fn restate(&mut self, case: CaseId, members: &[Features]) -> Result<(), UnknownCase> {
        self.known(case)?;
        let before = std::mem::take(&mut self.cases[case.0 as usize]);
        self.signals = self.signals.saturating_sub(before.members);
        let had: BTreeSet<u64> = before.exemplars.iter().flat_map(keys).collect();
        for key in had {
            self.postings.remove(key, case.0);
        }
        members.iter().for_each(|member| self.add_member(member, case));
        Ok(())
    }

    /// Does what a split says: who stays is told anew, each group that leaves gets a case; their numbers in its order.
    /// `members` are those that the split was made of.
    pub fn divide(
        &mut self,
        case: CaseId,
        members: &[Features],
        split: &Split,
    ) -> Result<Vec<CaseId>, UnknownCase> {
        let of = |places: &[usize]| -> Vec<Features> {
            places.iter().filter_map(|at| members.get(*at)).cloned().collect()
        };
        self.restate(case, &of(&split.stay))?;
        Ok(split.leave.iter().map(|leaving| self.open(&of(&leaving.members))).collect())
    }

    fn known(&self, case: CaseId) -> Result<(), UnknownCase> {
        if (case.0 as usize) < self.cases.len() { Ok(()) } else { Err(UnknownCase { case }) }
    }

    /// Adds a member: as an exemplar while it is unlike those that the case has, and the case has few.
    pub(super) fn add_member(&mut self, features: &Features, case: CaseId) {
        let weights = self.weights;
        self.signals += 1;
        let kept = &mut self.cases[case.0 as usize];
        kept.members += 1;
        if kept.exemplars.len() >= MAX_EXEMPLARS || is_one_of(&kept.exemplars, features, &weights) {
            return;
        }
        kept.exemplars.push(features.stripped());
        for key in keys(features) {
            self.postings.add(key, case.0);
        }
    }
}

fn is_one_of(exemplars: &[Features], features: &Features, weights: &Weights) -> bool {
    let rarity = NothingKnown;
    let own = score::frame_weights(features, &rarity, weights);
    exemplars.iter().any(|exemplar| {
        let theirs = score::frame_weights(exemplar, &rarity, weights);
        score::pair(features, &own, exemplar, &theirs, &rarity, weights).score >= SAME_EXEMPLAR
    })
}
