//! Answers the rows of `lab normalize` and `lab anomaly`, one at a time, from the rows before it only.
//!
//! Reading and writing lines is the caller's: the command line and the example of this crate. Streams never see each
//! other, so their rows may be interleaved in any way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::anomaly::{Detector, DetectorConfig};
use crate::templates::{MinerConfig, TemplateMiner};

#[derive(Debug, Clone, Deserialize)]
pub struct NormalizeRow {
    pub id: String,
    #[serde(default)]
    pub stream: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NormalizeAnswer {
    pub id: String,
    pub template_id: String,
    pub template: String,
}

/// One template miner a stream.
#[derive(Default)]
pub struct NormalizeLab {
    streams: BTreeMap<String, TemplateMiner>,
}

impl NormalizeLab {
    pub fn answer(&mut self, row: NormalizeRow) -> NormalizeAnswer {
        let miner =
            self.streams.entry(row.stream).or_insert_with(|| TemplateMiner::new(MinerConfig::default()));
        let mined = miner.observe(&row.text);
        NormalizeAnswer {
            id: row.id,
            template_id: format!("{:016x}", mined.id.0),
            template: mined.template.to_owned(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct AnomalyRow {
    #[serde(default)]
    pub stream: String,
    pub timestamp: String,
    /// Missing or null is no point, and scores 0.
    #[serde(default)]
    pub value: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnomalyAnswer {
    pub stream: String,
    pub timestamp: String,
    pub score: f64,
}

/// One detector a stream.
#[derive(Default)]
pub struct AnomalyLab {
    streams: BTreeMap<String, Detector>,
}

impl AnomalyLab {
    pub fn answer(&mut self, row: AnomalyRow) -> AnomalyAnswer {
        let score = match (seconds_of(&row.timestamp), row.value) {
            (Some(at), Some(value)) => {
                let fresh = || Detector::new(DetectorConfig::default());
                self.streams.entry(row.stream.clone()).or_insert_with(fresh).observe(at, value).score()
            }
            _ => 0.0,
        };
        AnomalyAnswer { stream: row.stream, timestamp: row.timestamp, score }
    }
}

/// Seconds since 1970 of `2024-03-01 10:20:30`, with `T`, a fraction, `Z` or an offset allowed; UTC without a zone.
fn seconds_of(timestamp: &str) -> Option<i64> {
    let text = timestamp.trim();
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute) = (number(11, 13).unwrap_or(0), number(14, 16).unwrap_or(0));
    let second = number(17, 19).unwrap_or(0);
    let fits =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let offset = text.get(19..).and_then(offset_seconds).unwrap_or(0);
    fits.then(|| days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
}

fn offset_seconds(rest: &str) -> Option<i64> {
    let at = rest.rfind(['+', '-'])?;
    let digits: String = rest[at + 1..].chars().filter(char::is_ascii_digit).collect();
    let hours: i64 = digits.get(0..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4).map_or(Ok(0), str::parse).ok()?;
    let seconds = hours * 3600 + minutes * 60;
    Some(if rest[at..].starts_with('-') { -seconds } else { seconds })
}

/// Days in the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests;
