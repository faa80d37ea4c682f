//! What is out of the ordinary about a case: its rate against its own seasonal baseline, and its trend. Pure.
//!
//! The last two hours are compared with what the same hours of the day brought before; an hour of the day that was seen
//! seldom leans on the others. Where the history is long enough for the anomaly detector to have learned it, a spike has
//! to surprise that too: a job that bursts every Monday is no news.

use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::time::Timestamp;
use signalbox_similarity::anomaly::{Detector, DetectorConfig};

use crate::config::DetectConfig;

const MICROS_AN_HOUR: i64 = 3_600_000_000;
const HOURS_A_DAY: i64 = 24;
/// A baseline of less than a day knows no night.
const LEAST_HISTORY: i64 = HOURS_A_DAY;
/// What the mean of all hours weighs beside the days on which this hour was seen.
const LEANING_DAYS: f64 = 2.0;
/// Fewer expected records than this are as good as this: nothing is not infinitely exceeded.
const LEAST_EXPECTED: f64 = 0.5;
/// What the detector calls worth an alarm.
const ALARM: f64 = 0.5;

/// How fast a case goes, and how fast it used to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    /// Records of this hour and the one before.
    pub(crate) observed: u64,
    pub(crate) expected: f64,
    pub(crate) times: f64,
    pub(crate) is_spike: bool,
}

impl Pace {
    /// "14 × its baseline".
    pub(crate) fn words(&self) -> String {
        format!("{} × its baseline", times_words(self.times))
    }
}

pub(crate) fn times_words(times: f64) -> String {
    if times >= 9.95 { format!("{times:.0}") } else { format!("{times:.1}") }
}

pub(crate) fn hour_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(MICROS_AN_HOUR)
}

/// The first hour that a baseline looks at.
pub(crate) fn since_hour(now: Timestamp, config: &DetectConfig) -> i64 {
    hour_of(now.minus(config.baseline))
}

/// None while there is too little to compare with.
pub(crate) fn pace(
    hours: &BTreeMap<i64, u64>,
    first_seen: Timestamp,
    now: Timestamp,
    config: &DetectConfig,
) -> Option<Pace> {
    let this = hour_of(now);
    let begin = hour_of(first_seen).max(since_hour(now, config));
    let history = History { hours, begin, end: this - 1 };
    if history.length() < LEAST_HISTORY {
        return None;
    }
    let observed: u64 = hours.range(this - 1..).map(|(_, count)| *count).sum();
    let elapsed = lossy(now.micros().rem_euclid(MICROS_AN_HOUR)) / lossy(MICROS_AN_HOUR);
    let expected = history.usual(this - 1) + elapsed * history.usual(this);
    let times = lossy_count(observed) / expected.max(LEAST_EXPECTED);
    let exceeds = observed >= config.spike_records && times >= config.spike_times.0;
    Some(Pace { observed, expected, times, is_spike: exceeds && history.is_surprised(this) })
}

/// The last day over the day before, in doublings; none where it is not two days old.
pub(crate) fn trend(hours: &BTreeMap<i64, u64>, first_seen: Timestamp, now: Timestamp) -> Option<f64> {
    if now.since(first_seen) < Duration::from_hours(48) {
        return None;
    }
    let day = |end: i64| -> u64 { hours.range(end - HOURS_A_DAY + 1..=end).map(|(_, count)| *count).sum() };
    let this = hour_of(now);
    let (today, yesterday) = (lossy_count(day(this)) + 1.0, lossy_count(day(this - HOURS_A_DAY)) + 1.0);
    Some((today / yesterday).log2())
}

/// The hours before the ones that are judged.
struct History<'a> {
    hours: &'a BTreeMap<i64, u64>,
    begin: i64,
    end: i64,
}

impl History<'_> {
    fn length(&self) -> i64 {
        self.end - self.begin
    }

    /// What is usual at the hour of the day that `hour` is.
    fn usual(&self, hour: i64) -> f64 {
        let all: u64 = self.hours.range(self.begin..self.end).map(|(_, count)| *count).sum();
        let mean = lossy_count(all) / lossy(self.length());
        let (mut days, mut sum) = (0.0, 0.0);
        let mut at = hour - HOURS_A_DAY;
        while at >= self.begin {
            if at < self.end {
                days += 1.0;
                sum += self.hours.get(&at).map_or(0.0, |count| lossy_count(*count));
            }
            at -= HOURS_A_DAY;
        }
        (sum + LEANING_DAYS * mean) / (days + LEANING_DAYS)
    }

    /// A detector that has not learned the case yet has nothing against it.
    fn is_surprised(&self, this: i64) -> bool {
        let mut detector = Detector::new(DetectorConfig::default());
        let (mut highest, mut has_learned) = (0.0_f64, false);
        for hour in self.begin..=this {
            let value = self.hours.get(&hour).map_or(0.0, |count| lossy_count(*count));
            let verdict = detector.observe(hour * 3600, value);
            // The detector calms down within an event; a spike that lasts began within the day.
            if hour > this - HOURS_A_DAY {
                has_learned |= matches!(verdict, signalbox_similarity::anomaly::Verdict::Scored { .. });
                highest = highest.max(verdict.score());
            }
        }
        !has_learned || highest >= ALARM
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of hours and of microseconds within one")]
fn lossy(number: i64) -> f64 {
    number as f64
}

/// Past 2⁵³ the last digits are lost, and do not matter.
#[expect(clippy::cast_precision_loss, reason = "a count of that size is a magnitude")]
pub(crate) fn lossy_count(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
