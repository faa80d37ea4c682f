//! The rate at which a case came before its change, a unit of exposure, reckoned so that it is rather too low. Pure.
//!
//! Each caution has a stream that is wrongly called fixed without it: the spike that made somebody mend it is no rate to
//! hold a silence against; bursts are as many chances to be seen as there are bursts; a case that was fading goes on
//! fading; and few records say little about their rate.

use super::{Heard, SEASON, lossy, slot};
use crate::detect::lossy_count;

/// Days' totals above this many times the quieter three quarters of them are a spike.
const SPIKE: f64 = 3.0;
/// What the mean of all hours weighs beside the days on which this hour of the day was seen.
const LEANING_DAYS: f64 = 2.0;
/// Days that a burst may take: records are counted in blocks of so many days to see how they clump.
const BLOCKS: [usize; 4] = [1, 2, 4, 7];
/// Fewer blocks say nothing about clumps.
const LEAST_BLOCKS: usize = 4;
/// A fading that could well be chance is none.
const FADES: f64 = 1.0;

pub(super) struct Baseline {
    out: i64,
    /// Records, or bursts of them, a unit of exposure, at the end of the baseline.
    level: f64,
    /// What it is multiplied by from day to day; at most one.
    fading: f64,
    /// By hour of the day, around one.
    shape: [f64; 24],
}

/// A day of the baseline, the newest first.
struct Day {
    exposure: f64,
    count: f64,
    /// Without its part of a spike.
    calm: f64,
}

impl Baseline {
    pub(super) fn of(since: i64, out: i64, heard: &Heard) -> Self {
        let days = days(since, out, heard);
        let exposure: f64 = days.iter().map(|day| day.exposure).sum();
        let calm: f64 = days.iter().map(|day| day.calm).sum();
        if exposure <= 0.0 || calm <= 0.0 {
            return Self { out, level: 0.0, fading: 1.0, shape: [1.0; 24] };
        }
        // Bursts are counted once: what clumps is divided by how many come together.
        let bursts = calm / clumping(&days);
        let certain = (bursts - bursts.sqrt()).max(0.0) / exposure;
        let trend = fading(&days);
        let mean_age =
            days.iter().enumerate().map(|(age, day)| age_of(age) * day.exposure).sum::<f64>() / exposure;
        Self {
            out,
            level: certain * (trend * mean_age).exp() * recently(&days),
            fading: trend.exp(),
            shape: shape((since, out), heard, &days, calm / exposure),
        }
    }

    /// Records, or bursts, a unit of exposure, to be expected in an hour after the change.
    pub(super) fn rate(&self, hour: i64) -> f64 {
        let days = lossy(hour - self.out).max(0.0) / lossy(SEASON);
        self.level * self.fading.powf(days) * self.shape[slot(hour)]
    }
}

#[expect(clippy::cast_precision_loss, reason = "days of a baseline")]
fn age_of(age: usize) -> f64 {
    age as f64 + 0.5
}

/// The hours of a day, counted back from the change.
fn hours_of(since: i64, out: i64, age: i64) -> std::ops::Range<i64> {
    let end = out - age * SEASON;
    (end - SEASON).max(since)..end
}

fn days(since: i64, out: i64, heard: &Heard) -> Vec<Day> {
    let ages = 0..(out - since).max(0).div_euclid(SEASON) + 1;
    let mut days: Vec<Day> = ages
        .map(|age| {
            let hours = hours_of(since, out, age);
            let exposure = hours.clone().map(|hour| heard.exposure(hour)).sum();
            Day { exposure, count: hours.map(|hour| heard.count(hour)).sum(), calm: 0.0 }
        })
        .collect();
    let most = without_spike(&days);
    for day in &mut days {
        day.calm = day.count.min(most * day.exposure + (most * day.exposure).sqrt() + 1.0);
    }
    days
}

/// The highest rate a unit of exposure that is no spike.
fn without_spike(days: &[Day]) -> f64 {
    let exposed = days.iter().filter(|day| day.exposure > 0.0);
    let mut rates: Vec<f64> = exposed.map(|day| day.count / day.exposure).collect();
    rates.sort_by(f64::total_cmp);
    let calmer = &rates[..(rates.len() * 3).div_ceil(4)];
    if calmer.is_empty() {
        0.0
    } else {
        SPIKE * calmer.iter().sum::<f64>() / lossy_count(calmer.len() as u64)
    }
}

/// The variance of what comes in a block of days over what chance alone would make it: about how many come together.
fn clumping(days: &[Day]) -> f64 {
    let rate =
        days.iter().map(|day| day.calm).sum::<f64>() / days.iter().map(|day| day.exposure).sum::<f64>();
    let in_blocks = |length: usize| {
        let blocks: Vec<(f64, f64)> = days
            .chunks(length)
            .map(|block| {
                let sum = |of: fn(&Day) -> f64| block.iter().map(of).sum::<f64>();
                (sum(|day| day.calm), rate * sum(|day| day.exposure))
            })
            .filter(|(_, expected)| *expected > 0.0)
            .collect();
        if blocks.len() < LEAST_BLOCKS {
            return 1.0;
        }
        let squares: f64 = blocks.iter().map(|(came, expected)| (came - expected).powi(2) / expected).sum();
        squares / lossy_count((blocks.len() - 1) as u64)
    };
    BLOCKS.into_iter().map(in_blocks).fold(1.0, f64::max)
}

/// The logarithm of what the rate is multiplied by from day to day, where it falls: a line through the logarithms of the
/// days' rates, each day weighing what it expects.
fn fading(days: &[Day]) -> f64 {
    let (mut level, mut slope) = (0.0_f64, 0.0_f64);
    let points: Vec<(f64, f64, f64)> = days
        .iter()
        .enumerate()
        .filter(|(_, day)| day.exposure > 0.0)
        .map(|(age, day)| (-age_of(age), day.calm, day.exposure))
        .collect();
    if points.len() < LEAST_BLOCKS {
        return 0.0;
    }
    let exposure: f64 = points.iter().map(|(_, _, exposure)| exposure).sum();
    let count: f64 = points.iter().map(|(_, count, _)| count).sum();
    level += (count / exposure).max(f64::MIN_POSITIVE).ln();
    let mut error = f64::INFINITY;
    // Newton's method; it is there after a few steps, and each is kept short.
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (at, count, exposure) in &points {
            let expected = (level + slope * at).clamp(-60.0, 60.0).exp() * exposure;
            g0 += count - expected;
            g1 += at * (count - expected);
            h00 += expected;
            h01 += at * expected;
            h11 += at * at * expected;
        }
        let determinant = h00 * h11 - h01 * h01;
        if determinant <= 1e-12 {
            break;
        }
        level += ((h11 * g0 - h01 * g1) / determinant).clamp(-1.0, 1.0);
        slope += ((h00 * g1 - h01 * g0) / determinant).clamp(-0.5, 0.5);
        error = (h00 / determinant).sqrt();
    }
    let clumps = clumping(days).sqrt();
    if slope < -FADES * error * clumps { slope } else { 0.0 }
}

/// What the last days came to, of what the whole says: at most one.
fn recently(days: &[Day]) -> f64 {
    let sums = |days: &[Day]| {
        let sum = |of: fn(&Day) -> f64| days.iter().map(of).sum::<f64>();
        (sum(|day| day.calm), sum(|day| day.exposure))
    };
    let (calm, exposure) = sums(days);
    let of_last = |length: usize| {
        let (came, exposed) = sums(&days[..length.min(days.len())]);
        let expected = calm / exposure * exposed;
        if expected <= 0.0 { 1.0 } else { (came + came.sqrt() + 1.0) / expected }
    };
    BLOCKS.into_iter().map(of_last).fold(1.0, f64::min)
}

/// How the rate goes with the hour of the day; what was seen seldom leans on the mean.
fn shape((since, out): (i64, i64), heard: &Heard, days: &[Day], rate: f64) -> [f64; 24] {
    let (mut came, mut exposed) = ([0.0; 24], [0.0; 24]);
    for (age, day) in (0_i64..).zip(days) {
        let calmed = if day.count > 0.0 { day.calm / day.count } else { 0.0 };
        for hour in hours_of(since, out, age) {
            came[slot(hour)] += heard.count(hour) * calmed;
            exposed[slot(hour)] += heard.exposure(hour);
        }
    }
    let leaning = LEANING_DAYS * exposed.iter().sum::<f64>() / (24.0 * lossy_count(days.len() as u64));
    let mut shape = [1.0; 24];
    for (at, shape) in shape.iter_mut().enumerate() {
        *shape = (came[at] + leaning * rate) / ((exposed[at] + leaning) * rate);
    }
    shape
}
