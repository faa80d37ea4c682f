//! What is usual at this hour of the day: a running mean for each of the 24 hours.
//!
//! Time enters the detector only here. Called by `detector` only.

use serde::{Deserialize, Serialize};

const HOURS: usize = 24;
const DAY_SECONDS: i64 = 86_400;
/// A new value moves the mean of its hour by at least this share, so that habits can change within days.
const LEAST_SHARE: f64 = 0.03;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Season {
    first_at: Option<i64>,
    hours: Vec<Hour>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Hour {
    #[serde(with = "super::exact")]
    mean: f64,
    count: u32,
}

impl Season {
    pub(super) fn new() -> Self {
        Self { first_at: None, hours: vec![Hour { mean: 0.0, count: 0 }; HOURS] }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.hours.len() == HOURS && self.hours.iter().all(|hour| hour.mean.is_finite())
    }

    /// The usual value at this time, once a whole day was seen.
    pub(super) fn usual(&self, at_seconds: i64) -> Option<f64> {
        let hour = &self.hours[hour_of(at_seconds)];
        let seen_for = at_seconds.saturating_sub(self.first_at?);
        (hour.count > 0 && seen_for >= DAY_SECONDS).then_some(hour.mean)
    }

    pub(super) fn learn(&mut self, at_seconds: i64, value: f64) {
        self.first_at = Some(self.first_at.unwrap_or(at_seconds));
        let hour = &mut self.hours[hour_of(at_seconds)];
        hour.count = hour.count.saturating_add(1);
        let share = LEAST_SHARE.max(1.0 / f64::from(hour.count));
        hour.mean += share * (value - hour.mean);
    }
}

fn hour_of(at_seconds: i64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is 0..24")]
    let hour = (at_seconds.rem_euclid(DAY_SECONDS) / 3600) as usize;
    hour
}
