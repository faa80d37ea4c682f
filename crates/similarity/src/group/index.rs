//! A project's cases and how a signal finds its own. Memory grows with cases and distinct features, never with signals.
//! Deterministic: the same signals in the same order give the same cases. Never merges cases by itself.

use super::postings::{FeatureMap, Postings};
use super::score::{self, Evidence, Reason, Scored, SourcePair, Weights};
use crate::explain;
use crate::features::{Features, NO_PLACE};
use crate::hash;
use serde::{Deserialize, Serialize};

/// Exemplars kept of a case: members unlike each other.
const MAX_EXEMPLARS: usize = 8;
/// A member this close to an exemplar adds nothing.
const SAME_EXEMPLAR: f32 = 0.97;
/// Features asked for candidates, the rarest first.
const MAX_ASKED: usize = 48;
/// Cases scored in full.
const MAX_SCORED: usize = 24;
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) members: u64,
    pub(crate) exemplars: Vec<Features>,
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
        let mut candidates = self.candidates(features);
        let (joined, note) = self.decide(features, &candidates);
        self.explain_candidates(features, &mut candidates);
        let case = joined.unwrap_or_else(|| CaseId(u32::try_from(self.cases.len()).unwrap_or(u32::MAX)));
        let score = candidates.first().map_or(0.0, |c| c.score);
        self.add(features, case, joined.is_none());
        Placement { case, new: joined.is_none(), score, candidates, note }
    }

    /// The ranked candidates of a signal, without adding it.
    #[must_use]
    pub fn candidates(&self, features: &Features) -> Vec<Candidate> {
        let own = score::frame_weights(features, self, &self.weights);
        let mut ranked: Vec<Candidate> = self
            .suspects(features)
            .into_iter()
            .filter_map(|case| {
                let scored = self.score_case(features, &own, case);
                (scored.score > 0.0).then_some(Candidate {
                    case: CaseId(case),
                    score: scored.score,
                    evidence: scored.evidence,
                    reasons: Vec::new(),
                })
            })
            .collect();
        ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.case.cmp(&b.case)));
        ranked.truncate(MAX_CANDIDATES);
        ranked
    }

    /// Puts a signal into a case that a person (or an upstream id) named.
    pub fn assign(&mut self, features: &Features, case: CaseId) {
        if (case.0 as usize) < self.cases.len() {
            self.add(features, case, false);
        }
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
        let mut asked: Vec<(u32, u64)> =
            keys(features).into_iter().map(|k| (self.postings.count(k), k)).filter(|(count, _)| *count > 0).collect();
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
        ranked.into_iter().filter_map(|(case, _)| u32::try_from(case).ok()).collect()
    }

    fn score_case(&self, features: &Features, own: &[f32], case: u32) -> Scored {
        let mut best = Scored { score: 0.0, evidence: Evidence::Nothing };
        for exemplar in &self.cases[case as usize].exemplars {
            let scored = self.score_pair(features, own, exemplar);
            if scored.score > best.score {
                best = scored;
            }
        }
        best
    }

    fn score_pair(&self, features: &Features, own: &[f32], exemplar: &Features) -> Scored {
        let theirs = score::frame_weights(exemplar, self, &self.weights);
        score::pair(features, own, exemplar, &theirs, self, &self.weights)
    }

    /// The first candidate, if it reaches the threshold of the sources and stays one case.
    fn decide(&self, features: &Features, candidates: &[Candidate]) -> (Option<CaseId>, Note) {
        let Some(best) = candidates.first() else { return (None, Note::NoCandidate) };
        let case = &self.cases[best.case.0 as usize];
        let threshold = case.exemplars.iter().map(|e| self.threshold(&e.source, &features.source)).fold(1.0, f32::min);
        if best.score < threshold {
            return (None, Note::BelowThreshold);
        }
        if self.would_widen(features, case) {
            return (None, Note::WouldWiden);
        }
        (Some(best.case), Note::Joined)
    }

    /// The guard: a member must be akin to the case, not only to one of its members.
    fn would_widen(&self, features: &Features, case: &Case) -> bool {
        if self.weights.cohesion <= 0.0 || case.exemplars.len() < 3 {
            return false;
        }
        let own = score::frame_weights(features, self, &self.weights);
        let mut scores: Vec<f32> = case.exemplars.iter().map(|e| self.score_pair(features, &own, e).score).collect();
        scores.sort_by(f32::total_cmp);
        scores[scores.len() / 2] < self.weights.cohesion
    }

    fn threshold(&self, one: &str, other: &str) -> f32 {
        self.thresholds
            .iter()
            .find(|t| (t.one == one && t.other == other) || (t.one == other && t.other == one))
            .map_or(0.5, |t| t.threshold)
    }

    fn explain_candidates(&self, features: &Features, candidates: &mut [Candidate]) {
        let own = score::frame_weights(features, self, &self.weights);
        for candidate in candidates {
            let exemplars = &self.cases[candidate.case.0 as usize].exemplars;
            let closest = exemplars
                .iter()
                .map(|e| (self.score_pair(features, &own, e).score, e))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, exemplar)) = closest {
                candidate.reasons = explain::reasons(features, exemplar, self, &self.weights);
            }
        }
    }

    /// Adds a member: as an exemplar while it is unlike those that the case has.
    fn add(&mut self, features: &Features, case: CaseId, new: bool) {
        self.signals += 1;
        if new {
            self.cases.push(Case { members: 1, exemplars: vec![features.stripped()] });
        } else {
            let own = score::frame_weights(features, self, &self.weights);
            let room = self.cases[case.0 as usize].exemplars.len() < MAX_EXEMPLARS;
            let known = self.score_case(features, &own, case.0).score >= SAME_EXEMPLAR;
            let kept = &mut self.cases[case.0 as usize];
            kept.members += 1;
            if known || !room {
                return;
            }
            kept.exemplars.push(features.stripped());
        }
        for key in keys(features) {
            self.postings.add(key, case.0);
        }
    }
}

/// The features by which a case is found.
fn keys(features: &Features) -> Vec<u64> {
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
    keys.extend([features.message, features.route, features.element].into_iter().filter(|k| *k != 0));
    keys.sort_unstable();
    keys.dedup();
    keys
}
