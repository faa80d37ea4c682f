//! A project's cases and how a signal finds its own. Memory grows with cases and distinct features, never with signals.
//! Deterministic: the same signals in the same order give the same cases. Never merges cases by itself.

use super::postings::{FeatureMap, Postings};
use super::score::{self, Evidence, Reason, Scored, SourcePair, Weights};
use crate::explain;
use crate::features::{Features, NO_PLACE};
use crate::hash;
use serde::{Deserialize, Serialize};

/// A repeat of a member widens nothing, whatever the others are like.
const PLAINLY_SAME: f32 = 0.8;
/// Cases with fewer exemplars are too young to be widened.
const GUARDED_EXEMPLARS: usize = 3;
/// Features asked for candidates, the rarest first.
const MAX_ASKED: usize = 48;
/// Cases scored in full.
const MAX_SCORED: usize = 24;
/// Suspects with less than this share of the first one's votes are not worth scoring.
const LEAST_VOTES: f32 = 0.08;
/// Candidates whose reasons are given: the ones a person would compare.
const MAX_REASONED: usize = 3;
/// Candidates returned.
const MAX_CANDIDATES: usize = 10;
/// Signals that a young project is taken to have seen of prose: keeps the first words from being rare by accident.
const PRIOR: f32 = 20.0;

/// A case of one project, by its order of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CaseId(pub u32);

/// How rare features are, as far as the project has seen.
pub(crate) trait Rarity {
    /// 0 (everyone's) to 1 (seen once or never).
    fn of(&self, feature: u64) -> f32;
    /// The same as a weight of words, not bounded by 1.
    fn of_word(&self, word: u64) -> f32;
    /// How many cases have it.
    fn cases_with(&self, feature: u64) -> u32;
}

/// A case that a signal might belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub case: CaseId,
    /// 0.5 and more: joined, unless the threshold of the sources or the guard says otherwise.
    pub score: f32,
    pub evidence: Evidence,
    pub reasons: Vec<Reason>,
}

/// Where a signal was put, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    pub case: CaseId,
    pub new: bool,
    /// The best candidate's score; 0 without candidates.
    pub score: f32,
    /// Ranked as they were before the signal was added.
    pub candidates: Vec<Candidate>,
    pub note: Note,
}

/// Why a signal joined or did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    Joined,
    NoCandidate,
    BelowThreshold,
    /// Like one member, unlike the rest: one change could not fix the widened case.
    WouldWiden,
}

/// What the index keeps of a case; an emptied one keeps its number.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) members: u64,
    pub(crate) exemplars: Vec<Features>,
}

/// A case scored against a signal.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    case: u32,
    best: Scored,
    /// The exemplar that scored best.
    closest: usize,
    /// The middle score over all exemplars.
    median: f32,
}

/// The index of one project.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProjectIndex {
    pub(crate) weights: Weights,
    pub(crate) thresholds: Vec<SourcePair>,
    pub(crate) cases: Vec<Case>,
    pub(crate) postings: Postings,
    pub(crate) signals: u64,
}

impl Rarity for ProjectIndex {
    fn of(&self, feature: u64) -> f32 {
        let cases = count_of(self.cases.len());
        let with = as_weight(self.postings.count(feature));
        (((cases + 1.0) / (with + 0.5)).ln() / (cases + 2.0).ln()).clamp(0.0, 1.0)
    }

    fn of_word(&self, word: u64) -> f32 {
        let cases = count_of(self.cases.len()) + PRIOR;
        (1.0 + (cases + 1.0) / (as_weight(self.postings.count(word)) + 0.5)).ln()
    }

    fn cases_with(&self, feature: u64) -> u32 {
        self.postings.count(feature)
    }
}

fn count_of(length: usize) -> f32 {
    as_weight(u32::try_from(length).unwrap_or(u32::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "a count as a weight: seven digits are plenty")]
fn as_weight(count: u32) -> f32 {
    count as f32
}

impl ProjectIndex {
    #[must_use]
    pub fn new(weights: Weights, thresholds: Vec<SourcePair>) -> Self {
        Self { weights, thresholds, ..Self::default() }
    }

    /// Puts a signal into its case, or opens one.
    pub fn observe(&mut self, features: &Features) -> Placement {
        let found = self.found(features);
        let (joined, note) = self.decide(features, &found);
        let case = joined.unwrap_or_else(|| CaseId(u32::try_from(self.cases.len()).unwrap_or(u32::MAX)));
        let candidates = self.explained(features, &found, MAX_REASONED);
        let score = candidates.first().map_or(0.0, |c| c.score);
        if joined.is_none() {
            self.cases.push(Case::default());
        }
        self.add_member(features, case);
        Placement { case, new: joined.is_none(), score, candidates, note }
    }

    /// The ranked candidates of a signal, without adding it.
    #[must_use]
    pub fn candidates(&self, features: &Features) -> Vec<Candidate> {
        self.explained(features, &self.found(features), MAX_CANDIDATES)
    }

    fn found(&self, features: &Features) -> Vec<Found> {
        let own = score::frame_weights(features, self, &self.weights);
        let mut found: Vec<Found> = self
            .suspects(features)
            .into_iter()
            .filter_map(|case| self.score_case(features, &own, case))
            .collect();
        found.sort_by(|a, b| b.best.score.total_cmp(&a.best.score).then(a.case.cmp(&b.case)));
        found.truncate(MAX_CANDIDATES);
        found
    }

    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases.len()
    }

    #[must_use]
    pub fn features_known(&self) -> usize {
        self.postings.len()
    }

    /// Cases that share rare features, most shared weight first.
    fn suspects(&self, features: &Features) -> Vec<u32> {
        let mut asked: Vec<(u32, u64)> = keys(features)
            .into_iter()
            .map(|k| (self.postings.count(k), k))
            .filter(|(count, _)| *count > 0)
            .collect();
        asked.sort_unstable();
        asked.dedup();
        asked.truncate(MAX_ASKED);
        let mut votes: FeatureMap<f32> = FeatureMap::default();
        for (_, key) in &asked {
            let weight = 0.05 + self.of(*key);
            for case in self.postings.cases(*key) {
                *votes.entry(u64::from(*case)).or_insert(0.0) += weight;
            }
        }
        let mut ranked: Vec<(u64, f32)> = votes.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(MAX_SCORED);
        let least = ranked.first().map_or(0.0, |(_, votes)| votes * LEAST_VOTES);
        ranked.retain(|(_, votes)| *votes >= least);
        ranked.into_iter().filter_map(|(case, _)| u32::try_from(case).ok()).collect()
    }

    /// A case against a signal; `None` when nothing at all speaks for it.
    fn score_case(&self, features: &Features, own: &[f32], case: u32) -> Option<Found> {
        let exemplars = &self.cases[case as usize].exemplars;
        let mut scores = Vec::with_capacity(exemplars.len());
        let mut found = Found { case, ..Found::default() };
        for (at, exemplar) in exemplars.iter().enumerate() {
            let theirs = score::frame_weights(exemplar, self, &self.weights);
            let scored = score::pair(features, own, exemplar, &theirs, self, &self.weights);
            if scored.score > found.best.score {
                found.best = scored;
                found.closest = at;
            }
            scores.push(scored.score);
        }
        scores.sort_by(f32::total_cmp);
        found.median = scores.get(scores.len() / 2).copied().unwrap_or(0.0);
        (found.best.score > 0.0).then_some(found)
    }

    /// The first candidate, if it reaches the threshold of the sources and stays one case.
    fn decide(&self, features: &Features, found: &[Found]) -> (Option<CaseId>, Note) {
        let Some(first) = found.first() else { return (None, Note::NoCandidate) };
        let exemplars = &self.cases[first.case as usize].exemplars;
        let threshold =
            exemplars.iter().map(|e| self.threshold(&e.source, &features.source)).fold(1.0, f32::min);
        if first.best.score < threshold {
            return (None, Note::BelowThreshold);
        }
        // The guard: a member must be akin to the case, not only to one of its members.
        let widens = first.best.score < PLAINLY_SAME && first.median < self.weights.cohesion;
        if exemplars.len() >= GUARDED_EXEMPLARS && widens {
            return (None, Note::WouldWiden);
        }
        (Some(CaseId(first.case)), Note::Joined)
    }

    fn threshold(&self, one: &str, other: &str) -> f32 {
        self.thresholds
            .iter()
            .find(|t| (t.one == one && t.other == other) || (t.one == other && t.other == one))
            .map_or(0.5, |t| t.threshold)
    }

    fn explained(&self, features: &Features, found: &[Found], reasoned: usize) -> Vec<Candidate> {
        let one = |(rank, f): (usize, &Found)| Candidate {
            case: CaseId(f.case),
            score: f.best.score,
            evidence: f.best.evidence,
            reasons: match self.cases[f.case as usize].exemplars.get(f.closest) {
                Some(closest) if rank < reasoned => explain::reasons(features, closest, self, &self.weights),
                _ => Vec::new(),
            },
        };
        found.iter().enumerate().map(one).collect()
    }
}

/// The features by which a case is found.
pub(super) fn keys(features: &Features) -> Vec<u64> {
    let mut keys = Vec::with_capacity(2 * features.frames.len() + features.words.len() + 4);
    let mut before = NO_PLACE;
    for frame in &features.frames {
        if frame.name != 0 {
            keys.push(frame.name);
        } else {
            keys.push(score::unnamed_key(frame.scope, frame.place));
        }
        if frame.name != 0 {
            keys.extend([frame.short, frame.scope].into_iter().filter(|h| *h != 0).map(u64::from));
        }
        if frame.place != NO_PLACE {
            keys.push(hash::of_numbers(&[1, u64::from(frame.place)]));
            if before != NO_PLACE {
                keys.push(hash::of_numbers(&[2, u64::from(before), u64::from(frame.place)]));
            }
            before = frame.place;
        }
    }
    keys.extend(features.words.iter().map(|w| w.0));
    if features.route != 0 {
        keys.push(score::place_key(features));
    }
    keys.extend([features.message, features.route, features.element].into_iter().filter(|k| *k != 0));
    keys.sort_unstable();
    keys.dedup();
    keys
}
