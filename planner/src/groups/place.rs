//! Putting signals into cases one after the other, each with what sharpeners said of it, if any did. Pure: what they said
//! is a fact by now.

use std::collections::BTreeSet;

use signalbox_domain::ids::CaseId;
use signalbox_runtime::IdSource;
use signalbox_similarity::features::Features;
use signalbox_similarity::group::{CaseId as Slot, KeptError, Note, Placement};
use signalbox_store::planner::PlanSignal;

use super::{Grouping, Groups, Joined, shared};

/// From here on a signal joins, where a sharpener has spoken.
const JOINS: f32 = 0.5;

/// What came of asking sharpeners about a signal and the case that it is most like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    pub(crate) case: CaseId,
    /// How like the features are, and what that became: the same where nobody gave an answer.
    pub(crate) before: f32,
    pub(crate) after: f32,
    /// Who said what, or why nobody did.
    pub(crate) words: String,
}

/// Grouping under way.
pub(crate) struct Placing<'a> {
    groups: &'a mut Groups,
    ids: &'a IdSource,
    grouping: Grouping,
    touched: BTreeSet<Slot>,
}

impl<'a> Placing<'a> {
    pub(crate) fn new(groups: &'a mut Groups, ids: &'a IdSource) -> Self {
        Self { groups, ids, grouping: Grouping::default(), touched: BTreeSet::new() }
    }

    pub(crate) fn groups(&self) -> &Groups {
        self.groups
    }

    /// The case that the signal belongs to from now on. An answer counts only where it turns what the features say;
    /// otherwise these decide, with all their reasons.
    pub(crate) fn place(
        &mut self,
        changed: &PlanSignal,
        features: &Features,
        said: Option<&Said>,
    ) -> Result<&Joined, KeptError> {
        let turned = said.filter(|said| (said.before < JOINS) != (said.after < JOINS));
        let (slot, is_new, mut words) = match turned {
            Some(said) => self.as_told(features, said)?,
            None => self.as_compared(features),
        };
        if turned.is_none()
            && let Some(said) = said
        {
            words.push_str("; ");
            words.push_str(&said.words);
        }
        let signal = changed.signal.id;
        let case = self.groups.case(slot).unwrap_or_else(|| self.ids.next());
        self.touched.insert(slot);
        let code = if is_new { "new-case" } else { "joined" };
        Ok(self.grouping.joined.entry(signal).or_insert(Joined { signal, case, is_new, code, words }))
    }

    /// By the features alone.
    fn as_compared(&mut self, features: &Features) -> (Slot, bool, String) {
        let placement = self.groups.index.observe(features);
        if placement.new {
            self.groups.cases.push(self.ids.next());
        }
        let words = self.groups.case(placement.case).map(|case| words(self.groups, &placement, case));
        (placement.case, placement.new, words.unwrap_or_default())
    }

    /// Within doubt, as a sharpener has it.
    fn as_told(&mut self, features: &Features, said: &Said) -> Result<(Slot, bool, String), KeptError> {
        let Said { case: closest, before, words, .. } = said;
        let in_doubt = format!("in doubt whether it is one with {closest} ({before:.2} by its features)");
        match self.groups.slot(*closest).filter(|_| said.after >= JOINS) {
            Some(slot) => {
                self.groups.index.assign(features, slot)?;
                Ok((slot, false, format!("{in_doubt}; {words}: it joins it")))
            }
            None => {
                let slot = self.groups.index.open(std::slice::from_ref(features));
                let case: CaseId = self.ids.next();
                self.groups.cases.push(case);
                Ok((slot, true, format!("{in_doubt}; {words}: it opens {case}")))
            }
        }
    }

    pub(crate) fn finish(mut self) -> Result<Grouping, KeptError> {
        for slot in self.touched {
            if let Some(case) = self.groups.case(slot) {
                self.grouping.exemplars.insert(case, self.groups.index.kept(slot)?);
            }
        }
        Ok(self.grouping)
    }
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
