//! Why two signals are, or are not, one case: feature by feature, in words.
//! Uses the same numbers as the decision; never decides anything itself.

use crate::features::Features;
use crate::group::{Evidence, Rarity, Reason, Weights, align, pair, score};

/// Frames named in a reason; the rest is counted.
const NAMED_FRAMES: usize = 4;
/// Contributions below this are left out.
const NEGLIGIBLE: f32 = 0.005;

/// A verdict on a pair without an index: nothing is known to be rare or common.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// 0.5 and more: one case.
    pub score: f32,
    pub evidence: Evidence,
    pub reasons: Vec<Reason>,
}

/// Every feature counts as seen once.
pub(crate) struct NothingKnown;

impl Rarity for NothingKnown {
    fn of(&self, _feature: u64) -> f32 {
        1.0
    }

    fn of_word(&self, _word: u64) -> f32 {
        1.0
    }

    fn cases_with(&self, _feature: u64) -> u32 {
        1
    }
}

/// Explains two signals by themselves.
#[must_use]
pub fn explain(a: &Features, b: &Features, weights: &Weights) -> Explanation {
    let rarity = NothingKnown;
    let wa = score::frame_weights(a, &rarity, weights);
    let wb = score::frame_weights(b, &rarity, weights);
    let scored = pair(a, &wa, b, &wb, &rarity, weights);
    Explanation { score: scored.score, evidence: scored.evidence, reasons: reasons(a, b, &rarity, weights) }
}

/// The reasons for a pair's score, the strongest first. Names come from `a`, which has its labels.
pub(crate) fn reasons(a: &Features, b: &Features, rarity: &dyn Rarity, weights: &Weights) -> Vec<Reason> {
    let mut found = Vec::new();
    if !a.frames.is_empty() && !b.frames.is_empty() {
        stacks(&mut found, a, b, rarity, weights);
    } else {
        texts(&mut found, a, b, rarity, weights);
    }
    circumstances(&mut found, a, b, rarity);
    found.retain(|r| r.weight.abs() >= NEGLIGIBLE);
    found.sort_by(|x, y| y.weight.abs().total_cmp(&x.weight.abs()).then_with(|| x.feature.cmp(&y.feature)));
    found
}

fn reason(feature: &str, weight: f32, detail: String) -> Reason {
    Reason { feature: feature.to_owned(), weight, detail }
}

fn stacks(found: &mut Vec<Reason>, a: &Features, b: &Features, rarity: &dyn Rarity, weights: &Weights) {
    let wa = score::frame_weights(a, rarity, weights);
    let wb = score::frame_weights(b, rarity, weights);
    let aligned = align::explained(&a.frames, &wa, &b.frames, &wb, weights);
    let mut pairs = aligned.pairs.clone();
    pairs.sort_by(|x, y| wa[y.0].total_cmp(&wa[x.0]).then(x.0.cmp(&y.0)));
    let names: Vec<&str> =
        pairs.iter().take(NAMED_FRAMES).filter_map(|(i, _)| a.labels.get(*i).map(String::as_str)).collect();
    let counts = format!("{} of {} and {} frames agree", pairs.len(), a.frames.len(), b.frames.len());
    let detail =
        if names.is_empty() { counts } else { format!("{counts}; weightiest: {}", names.join(", ")) };
    found.push(reason("frames", (1.0 - weights.lead) * aligned.score, detail));
    let lead = score::lead(a, &wa, b, &wb, weights);
    found.push(reason(
        "lead",
        weights.lead * lead,
        format!("the first telling frames agree by {:.0} %", lead * 100.0),
    ));
    let joined = score::joined(aligned.score, lead, a, b, rarity, weights);
    if a.kind != 0 && b.kind != 0 && a.kind != b.kind {
        let taken = joined - joined / weights.kind_differs.max(f32::EPSILON);
        found.push(reason("type", taken, "the types differ".to_owned()));
    }
    if a.message != 0 && b.message != 0 {
        let same = if a.message == b.message { 1.0 } else { score::words(a, b, rarity) };
        found.push(reason(
            "message",
            weights.message * same,
            format!("messages agree by {:.0} %", same * 100.0),
        ));
    }
}

fn texts(found: &mut Vec<Reason>, a: &Features, b: &Features, rarity: &dyn Rarity, weights: &Weights) {
    let whole = score::words(a, b, rarity);
    found.push(reason("words", weights.whole_text * whole, format!("words agree by {:.0} %", whole * 100.0)));
    let shared = a.title.iter().filter(|w| b.title.binary_search(w).is_ok()).count();
    let total = a.title.len().max(b.title.len()).max(1);
    let titles = f32::from(u16::try_from(shared).unwrap_or(u16::MAX))
        / f32::from(u16::try_from(total).unwrap_or(u16::MAX));
    let detail = format!("{shared} of up to {total} words of the titles agree");
    found.push(reason("title", (1.0 - weights.whole_text) * titles, detail));
}

fn circumstances(found: &mut Vec<Reason>, a: &Features, b: &Features, rarity: &dyn Rarity) {
    let weight = score::circumstances(a, b, rarity);
    if weight <= 0.0 {
        return;
    }
    let mut same = vec!["route"];
    if a.element != 0 && a.element == b.element {
        same.push("element");
    }
    if a.release != 0 && a.release == b.release {
        same.push("release");
    }
    found.push(reason("circumstances", weight, format!("different sources, same {}", same.join(", "))));
}
