//! What is usual at this hour of the day: a running mean for each of the 24 hours.
//!
//! Time enters the detector only here. Called by `detector` only.

use serde::{Deserialize, Serialize};

const HOURS: usize = 24;
/// A new value moves the mean of its hour by at least this share, so that habits can change within days.
const LEAST_SHARE: f64 = 0.03;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Season {
    means: Vec<f64>,
    counts: Vec<u32>,
}

impl Season {
    pub(super) fn new() -> Self {
        Self { means: vec![0.0; HOURS], counts: vec![0; HOURS] }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.means.len() == HOURS
            && self.counts.len() == HOURS
            && self.means.iter().all(|mean| mean.is_finite())
    }

    /// The usual value at this time, if the hour was seen before.
    pub(super) fn usual(&self, at_seconds: i64) -> Option<f64> {
        let hour = hour_of(at_seconds);
        (self.counts[hour] > 0).then(|| self.means[hour])
    }

    pub(super) fn learn(&mut self, at_seconds: i64, value: f64) {
        let hour = hour_of(at_seconds);
        self.counts[hour] = self.counts[hour].saturating_add(1);
        let share = LEAST_SHARE.max(1.0 / f64::from(self.counts[hour]));
        self.means[hour] += share * (value - self.means[hour]);
    }
}

fn hour_of(at_seconds: i64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is 0..24")]
    let hour = (at_seconds.rem_euclid(86_400) / 3600) as usize;
    hour
}
