//! How rare is a magnitude in a stream, given all earlier ones? Answered in nines: 3 means one in a thousand.
//!
//! Magnitudes are counted in quarter octaves relative to the first one that was not zero, so the answer does not
//! change when the metric is measured in another unit. Beyond the rarest few per cent the counts are too few to
//! trust, and the tail is continued by a power law fitted to them. Old counts fade. Called by `detector` only.

use serde::{Deserialize, Serialize};

/// 64 octaves around the unit: anything further out counts as the last one.
const BINS: usize = 256;
const BINS_AN_OCTAVE: f64 = 4.0;
/// Keeps exact multiples of the unit away from the edges of bins, where rounding would decide.
const EDGE_OFFSET: f64 = 0.37;
/// The share of magnitudes that counts as tail.
const TAIL_SHARE: f64 = 0.015;
/// The power law expected before any tail was seen, and how many magnitudes that expectation weighs.
const PRIOR_EXPONENT: f64 = 4.0;
const PRIOR_WEIGHT: f64 = 10.0;
/// When the counts reach this weight they are halved: of a metric read every five minutes it remembers two months.
const FULL_WEIGHT: f32 = 28_000.0;
/// How strongly the length of the memory raises the bar: at 1 the number of alarms over time would grow only with
/// the logarithm of the length, at 0 in proportion to it. `NEUTRAL_WEIGHT` is the length at which it changes nothing.
const LENGTH_PENALTY: f64 = 0.7;
const NEUTRAL_WEIGHT: f64 = 1000.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Tail {
    #[serde(with = "super::exact")]
    unit: f64,
    weight: f32,
    counts: Vec<f32>,
}

impl Tail {
    pub(super) fn new() -> Self {
        Self { unit: 0.0, weight: 0.0, counts: vec![0.0; BINS] }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.counts.len() == BINS && self.unit.is_finite() && self.unit >= 0.0
    }

    pub(super) fn learn(&mut self, magnitude: f64) {
        if self.unit == 0.0 && magnitude > 0.0 {
            self.unit = magnitude;
        }
        if magnitude > 0.0 {
            let bin = self.bin(magnitude);
            self.counts[bin] += 1.0;
        }
        self.weight += 1.0;
        if self.weight >= FULL_WEIGHT {
            self.weight /= 2.0;
            self.counts.iter_mut().for_each(|count| *count /= 2.0);
        }
    }

    /// Nines of rarity, lowered for long memories; 0 for what is common or zero.
    pub(super) fn rarity(&self, magnitude: f64) -> f64 {
        if magnitude <= 0.0 || self.weight < 10.0 {
            return 0.0;
        }
        let weight = f64::from(self.weight);
        let penalty = LENGTH_PENALTY * ((weight + 1.0) / NEUTRAL_WEIGHT).log10();
        if self.unit == 0.0 {
            // The first change of a stream that never changed: as rare as its length tells, and a nine for the size.
            return ((weight + 1.0).log10() + 1.0 - penalty).max(0.0);
        }
        let nines = self.tail_nines(magnitude, weight).unwrap_or_else(|| self.body_nines(magnitude, weight));
        (nines - penalty).max(0.0)
    }

    /// Beyond the edge of the tail: share of the tail times the power law.
    fn tail_nines(&self, magnitude: f64, weight: f64) -> Option<f64> {
        let (mut tail, mut bins, mut edge) = (0.0, 0.0, 0);
        for bin in (0..BINS).rev().filter(|bin| self.counts[*bin] > 0.0) {
            let count = f64::from(self.counts[bin]);
            tail += count;
            bins += count * index(bin);
            edge = bin;
            if tail >= TAIL_SHARE * weight {
                break;
            }
        }
        let from = self.middle(edge);
        let octaves = (bins - tail * index(edge)) / BINS_AN_OCTAVE;
        let exponent =
            (tail + PRIOR_WEIGHT) / (octaves * std::f64::consts::LN_2 + PRIOR_WEIGHT / PRIOR_EXPONENT);
        let share = (tail + 0.5) / (weight + 1.0);
        (magnitude > from).then(|| exponent * (magnitude / from).log10() - share.log10())
    }

    /// Within the body: the counted share above.
    fn body_nines(&self, magnitude: f64, weight: f64) -> f64 {
        let own = self.bin(magnitude);
        let above: f64 = self.counts[own + 1..].iter().map(|count| f64::from(*count)).sum();
        let count = above + f64::from(self.counts[own]) / 2.0;
        -((count + 0.5) / (weight + 1.0)).log10()
    }

    fn bin(&self, magnitude: f64) -> usize {
        let place = (magnitude / self.unit).log2() * BINS_AN_OCTAVE + EDGE_OFFSET + index(BINS / 2);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the bins")]
        let bin = place.clamp(0.0, index(BINS - 1)) as usize;
        bin
    }

    fn middle(&self, bin: usize) -> f64 {
        self.unit * ((index(bin) + 0.5 - EDGE_OFFSET - index(BINS / 2)) / BINS_AN_OCTAVE).exp2()
    }
}

/// A bin number as a place on the scale; there are few enough bins for this to be exact.
#[expect(clippy::cast_precision_loss, reason = "bins are far fewer than 2^52")]
fn index(bin: usize) -> f64 {
    bin as f64
}
