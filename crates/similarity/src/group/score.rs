//! How likely two signals share a cause, 0..1 with one threshold at one half, and the reasons.
//!
//! Two stacks: aligned frames, the type, the message. Two texts: words weighted by rarity, titles above all.
//! A stack and a text, or two circumstances: words in common, route, element, release.

use super::align;
use super::index::Rarity;
use crate::features::{Features, FrameFeature, Part};
use serde::{Deserialize, Serialize};

/// Every number of grouping, fixed once for all projects.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// Fall of a frame's weight per position from the top.
    pub depth: f32,
    /// Fall of a match per position apart.
    pub apart: f32,
    /// Weight of the commonest frame against the rarest.
    pub common: f32,
    pub runtime: f32,
    pub library: f32,
    pub entry: f32,
    /// Weight of a frame without a name.
    pub unnamed: f32,
    pub same_place: f32,
    pub same_module: f32,
    pub same_short_name: f32,
    pub same_scope: f32,
    /// Shares of the message and of the beginning in a stack's score, and how the beginning falls off.
    pub message: f32,
    pub lead: f32,
    pub lead_fall: f32,
    /// Factor when the types differ.
    pub kind_differs: f32,
    /// Share of whole texts against titles.
    pub whole_text: f32,
    /// Of the titles' share: what one title has of the other, against what it has of the whole other text.
    pub title_alone: f32,
    /// Where a raw score of each evidence means: as likely as not.
    pub even_stack: f32,
    pub even_text: f32,
    pub even_mixed: f32,
    /// Share of its exemplars that a case's new member must be akin to.
    pub cohesion: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            depth: 0.1,
            apart: 0.1,
            common: 0.12,
            runtime: 0.45,
            library: 0.88,
            entry: 0.37,
            unnamed: 0.38,
            same_place: 0.92,
            same_module: 0.36,
            same_short_name: 0.55,
            same_scope: 0.1,
            message: 0.075,
            lead: 0.15,
            lead_fall: 0.32,
            kind_differs: 0.71,
            whole_text: 0.5,
            title_alone: 0.65,
            even_stack: 0.5,
            even_text: 0.18,
            even_mixed: 0.21,
            cohesion: 0.2,
        }
    }
}

/// The threshold of one pair of sources, in either order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePair {
    pub one: String,
    pub other: String,
    /// 0.5 is the default of every pair.
    pub threshold: f32,
}

/// What a score rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    Stacks,
    Texts,
    Mixed,
    Circumstances,
    #[default]
    Nothing,
}

/// One reason for or against, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub feature: String,
    /// What it added to (or took from) the raw score.
    pub weight: f32,
    pub detail: String,
}

/// A pair's score.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scored {
    pub(crate) score: f32,
    pub(crate) evidence: Evidence,
}

/// Weight of every frame: rare ones near the top count most.
pub(crate) fn frame_weights(features: &Features, rarity: &dyn Rarity, weights: &Weights) -> Vec<f32> {
    let mut fall = 1.0f32;
    let step = if features.cyclic { 1.0 } else { (-weights.depth).exp() };
    features
        .frames
        .iter()
        .map(|frame| {
            let rare =
                rarity.of(if frame.name != 0 { frame.name } else { unnamed_key(frame.scope, frame.place) });
            let mut weight = fall * (weights.common + (1.0 - weights.common) * rare);
            fall *= step;
            match frame.part {
                Part::Runtime => weight *= weights.runtime,
                Part::Library => weight *= weights.library,
                Part::Entry => weight *= weights.entry,
                Part::App => {}
            }
            if frame.name == 0 { weight * weights.unnamed } else { weight }
        })
        .collect()
}

/// An unnamed frame is known by its module and its place in a page.
pub(crate) fn unnamed_key(scope: u32, place: u16) -> u64 {
    crate::hash::of_numbers(&[u64::from(scope), u64::from(place)])
}

/// One pair, scored. `weight_a` and `weight_b` are the frame weights of each.
pub(crate) fn pair(
    a: &Features,
    wa: &[f32],
    b: &Features,
    wb: &[f32],
    rarity: &dyn Rarity,
    weights: &Weights,
) -> Scored {
    let circumstances = circumstances(a, b, rarity);
    let (raw, even, evidence) = match (a.frames.is_empty(), b.frames.is_empty()) {
        (false, false) => (stacks(a, wa, b, wb, rarity, weights), weights.even_stack, Evidence::Stacks),
        (true, true) => (texts(a, b, rarity, weights), weights.even_text, Evidence::Texts),
        _ => (texts(a, b, rarity, weights), weights.even_mixed, Evidence::Mixed),
    };
    let score = centred(raw, even);
    if circumstances > score {
        Scored { score: circumstances, evidence: Evidence::Circumstances }
    } else if score > 0.0 {
        Scored { score, evidence }
    } else {
        Scored { score: 0.0, evidence: Evidence::Nothing }
    }
}

/// Puts the even point of a kind of evidence at one half.
pub(crate) fn centred(raw: f32, even: f32) -> f32 {
    let raw = raw.clamp(0.0, 1.0);
    if raw < even { 0.5 * raw / even } else { 0.5 + 0.5 * (raw - even) / (1.0 - even) }
}

fn stacks(a: &Features, wa: &[f32], b: &Features, wb: &[f32], rarity: &dyn Rarity, weights: &Weights) -> f32 {
    let aligned = align::score(&a.frames, wa, &b.frames, wb, weights);
    joined(aligned, lead(a, wa, b, wb, weights), a, b, rarity, weights)
}

/// Aligned frames with what their beginning, the message and the type add.
pub(crate) fn joined(
    aligned: f32,
    lead: f32,
    a: &Features,
    b: &Features,
    rarity: &dyn Rarity,
    weights: &Weights,
) -> f32 {
    let mut score = (1.0 - weights.lead) * aligned + weights.lead * lead;
    if a.message != 0 && b.message != 0 {
        let same = if a.message == b.message { 1.0 } else { words(a, b, rarity) };
        let share = weights.message * (0.2 + 0.8 * rarity.of(a.message).min(rarity.of(b.message)));
        score = (1.0 - share) * score + share * same;
    }
    if a.kind != 0 && b.kind != 0 && a.kind != b.kind {
        score *= weights.kind_differs;
    }
    score
}

/// The same alignment of nothing but the first telling frames: where the fault shows.
pub(crate) fn lead(a: &Features, wa: &[f32], b: &Features, wb: &[f32], weights: &Weights) -> f32 {
    let (frames_a, weights_a) = first_telling(a, wa, weights);
    let (frames_b, weights_b) = first_telling(b, wb, weights);
    align::score(&frames_a, &weights_a, &frames_b, &weights_b, weights)
}

/// How many frames make the beginning.
const LEAD_FRAMES: usize = 3;

fn first_telling(features: &Features, own: &[f32], weights: &Weights) -> (Vec<FrameFeature>, Vec<f32>) {
    let mut fall = 1.0;
    let mut frames = Vec::with_capacity(LEAD_FRAMES);
    let mut falling = Vec::with_capacity(LEAD_FRAMES);
    let telling = |part: Part| matches!(part, Part::App | Part::Entry);
    let any = features.frames.iter().any(|f| telling(f.part));
    for (frame, weight) in
        features.frames.iter().zip(own).filter(|(f, _)| telling(f.part) || !any).take(LEAD_FRAMES)
    {
        frames.push(*frame);
        falling.push(weight * fall);
        fall *= weights.lead_fall;
    }
    (frames, falling)
}

fn texts(a: &Features, b: &Features, rarity: &dyn Rarity, weights: &Weights) -> f32 {
    let whole = words(a, b, rarity);
    let titles = (covered(&a.title, b, rarity) + covered(&b.title, a, rarity)) / 2.0;
    let between = (shared(&a.title, &b.title, rarity) + shared(&b.title, &a.title, rarity)) / 2.0;
    let told = weights.title_alone * between + (1.0 - weights.title_alone) * titles;
    let agreement = weights.whole_text * whole + (1.0 - weights.whole_text) * told;
    agreement * substance(a, b, rarity)
}

/// Words that everyone has prove nothing, however well they agree: 1 only where one rare word's worth is shared.
fn substance(a: &Features, b: &Features, rarity: &dyn Rarity) -> f32 {
    let has = |word: u64| b.words.binary_search_by_key(&word, |w| w.0).is_ok();
    a.words.iter().filter(|w| has(w.0)).map(|w| rarity.of(w.0)).sum::<f32>().min(1.0)
}

/// Cosine of the words, each by its rarity.
pub(crate) fn words(a: &Features, b: &Features, rarity: &dyn Rarity) -> f32 {
    let weight = |(word, count): &(u64, u16)| (1.0 + f32::from(*count).ln()) * rarity.of_word(*word);
    let length = |f: &Features| f.words.iter().map(|w| weight(w).powi(2)).sum::<f32>().sqrt();
    let (mut i, mut j, mut dot) = (0, 0, 0.0f32);
    while i < a.words.len() && j < b.words.len() {
        match a.words[i].0.cmp(&b.words[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                dot += weight(&a.words[i]) * weight(&b.words[j]);
                i += 1;
                j += 1;
            }
        }
    }
    let lengths = length(a) * length(b);
    if lengths > 0.0 { dot / lengths } else { 0.0 }
}

/// The share of a title that stands anywhere in the other signal.
fn covered(title: &[u64], other: &Features, rarity: &dyn Rarity) -> f32 {
    share(title, rarity, |word| other.words.binary_search_by_key(&word, |w| w.0).is_ok())
}

/// The share of a title that stands in the other title.
fn shared(title: &[u64], other: &[u64], rarity: &dyn Rarity) -> f32 {
    share(title, rarity, |word| other.binary_search(&word).is_ok())
}

fn share(title: &[u64], rarity: &dyn Rarity, has: impl Fn(u64) -> bool) -> f32 {
    let total: f32 = title.iter().map(|w| rarity.of_word(*w)).sum();
    let common: f32 = title.iter().filter(|w| has(**w)).map(|w| rarity.of_word(*w)).sum();
    if total > 0.0 { common / total } else { 0.0 }
}

/// Signals of different sources on one route in one release: an error, a rage click and a funnel drop.
/// Enough to join only while one case claims the place; after that it only makes candidates.
pub(crate) fn circumstances(a: &Features, b: &Features, rarity: &dyn Rarity) -> f32 {
    const ROUTE: f32 = 0.35;
    const RELEASE: f32 = 0.2;
    const ELEMENT: f32 = 0.25;
    const OTHER_CLAIM: f32 = 0.75;
    if a.source == b.source || a.route == 0 || a.route != b.route {
        return 0.0;
    }
    let release = if a.release != 0 && a.release == b.release { RELEASE } else { 0.0 };
    let element = if a.element != 0 && a.element == b.element { ELEMENT } else { 0.0 };
    let claims = rarity.cases_with(place_key(b)).saturating_sub(1);
    OTHER_CLAIM.powi(i32::try_from(claims).unwrap_or(i32::MAX)) * (ROUTE + release + element)
}

/// Route and release as one feature.
pub(crate) fn place_key(features: &Features) -> u64 {
    crate::hash::of_numbers(&[features.route, features.release])
}
