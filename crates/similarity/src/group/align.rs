//! Two stacks laid beside each other: the heaviest common subsequence, weighted by rarity and by nearness to the top.
//! At most 40 × 40 cells a pair. Never compares names as text.

use crate::features::{FrameFeature, MAX_COMPARED_FRAMES, NO_PLACE, Part};

use super::score::Weights;

/// What an alignment found.
#[derive(Debug, Default)]
pub(crate) struct Alignment {
    /// 0..1: the share of both stacks' weight that lies in common.
    pub(crate) score: f32,
    /// Pairs of positions in common, top first.
    pub(crate) pairs: Vec<(usize, usize)>,
}

/// How well two frames match, 0..1.
pub(crate) fn likeness(a: &FrameFeature, b: &FrameFeature, weights: &Weights) -> f32 {
    if a.name != 0 && b.name != 0 {
        return if a.name == b.name { 1.0 } else { kinship(a, b, weights) };
    }
    let same_place = a.place != NO_PLACE && a.place == b.place;
    if a.name != 0 || b.name != 0 {
        return if same_place { weights.same_place } else { 0.0 };
    }
    match (same_place, a.scope == b.scope, a.scope == 0 || b.scope == 0) {
        (true, true, _) => 1.0,
        (true, false, true) => weights.same_place,
        (false, true, false) => weights.same_module,
        _ => 0.0,
    }
}

/// Twins in two classes, or two functions of one.
fn kinship(a: &FrameFeature, b: &FrameFeature, weights: &Weights) -> f32 {
    if a.short != 0 && a.short == b.short {
        weights.same_short_name
    } else if a.scope != 0 && a.scope == b.scope && a.part == Part::App && b.part == Part::App {
        weights.same_scope
    } else {
        0.0
    }
}

/// The score alone: what ranking needs.
pub(crate) fn score(
    a: &[FrameFeature],
    wa: &[f32],
    b: &[FrameFeature],
    wb: &[f32],
    weights: &Weights,
) -> f32 {
    let mut row = [0.0f32; MAX_COMPARED_FRAMES + 1];
    let total: f32 = wa.iter().chain(wb).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let width = b.len().min(MAX_COMPARED_FRAMES);
    let nearness = nearness(weights);
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = 0.0f32;
        for (j, right) in b.iter().take(width).enumerate() {
            let above = row[j + 1];
            let mut best = above.max(row[j]);
            let like = likeness(left, right, weights);
            if like > 0.0 {
                best = best.max(
                    diagonal + like * (wa[i] + wb[j]) * nearness[i.abs_diff(j).min(MAX_COMPARED_FRAMES - 1)],
                );
            }
            diagonal = above;
            row[j + 1] = best;
        }
    }
    row[width] / total
}

/// Frames that moved far apart in the stack are weaker evidence: the factor by positions apart.
fn nearness(weights: &Weights) -> [f32; MAX_COMPARED_FRAMES] {
    let step = (-weights.apart).exp();
    let mut factors = [1.0; MAX_COMPARED_FRAMES];
    for at in 1..MAX_COMPARED_FRAMES {
        factors[at] = factors[at - 1] * step;
    }
    factors
}

/// The score with the pairs that make it: for explaining.
pub(crate) fn explained(
    a: &[FrameFeature],
    wa: &[f32],
    b: &[FrameFeature],
    wb: &[f32],
    weights: &Weights,
) -> Alignment {
    let (n, m) = (a.len(), b.len());
    let mut table = vec![0.0f32; (n + 1) * (m + 1)];
    let near = nearness(weights);
    let gain = |i: usize, j: usize| {
        let apart = i.abs_diff(j).min(MAX_COMPARED_FRAMES - 1);
        likeness(&a[i], &b[j], weights) * (wa[i] + wb[j]) * near[apart]
    };
    for i in 0..n {
        for j in 0..m {
            let skip = table[i * (m + 1) + j + 1].max(table[(i + 1) * (m + 1) + j]);
            table[(i + 1) * (m + 1) + j + 1] = skip.max(table[i * (m + 1) + j] + gain(i, j));
        }
    }
    let total: f32 = wa.iter().chain(wb).sum();
    let mut found = Alignment {
        score: if total > 0.0 { table[n * (m + 1) + m] / total } else { 0.0 },
        pairs: Vec::new(),
    };
    let (mut i, mut j) = (n, m);
    while i > 0 && j > 0 {
        let here = table[i * (m + 1) + j];
        if here <= table[(i - 1) * (m + 1) + j] {
            i -= 1;
        } else if here <= table[i * (m + 1) + j - 1] {
            j -= 1;
        } else {
            found.pairs.push((i - 1, j - 1));
            i -= 1;
            j -= 1;
        }
    }
    found.pairs.reverse();
    found
}
