//! Whether a metric came back: its values after the change against those that made the case, and those before that. Pure.
//!
//! Values are compared with what was usual at their hour of the day, in blocks of some hours, since neighbours resemble each
//! other. That the values are other ones than in trouble is tested by their ranks, exactly; how far back they are decides
//! whether that is enough.

use std::collections::BTreeMap;
use std::fmt;

use super::{SEASON, VerifyConfig, lossy, slot};

const HOURS_A_BLOCK: i64 = 6;
/// From half of the way back on it is back.
const BACK: f64 = 0.5;
/// More blocks on either side are thinned: the ranks of so many say as much.
const MOST_BLOCKS: usize = 40;

/// Which way is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
}

/// Values by the hour since 1970.
#[derive(Debug, Clone, Copy)]
pub struct MetricWatch<'a> {
    /// Before it was in trouble.
    pub usual: &'a BTreeMap<i64, f64>,
    /// In trouble, up to the change.
    pub troubled: &'a BTreeMap<i64, f64>,
    /// Since the change.
    pub after: &'a BTreeMap<i64, f64>,
    pub out: i64,
    pub now: i64,
    pub better: Better,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetricFinding {
    /// `back` is how much of the way to the usual values it has gone; `chance` how likely that is without a change.
    Fixed {
        back: f64,
        chance: f64,
    },
    /// It is better, and not back.
    Improved {
        back: f64,
        chance: f64,
    },
    /// Watched for as long as anything is, and not apart from the values in trouble.
    Unchanged {
        back: f64,
        chance: f64,
    },
    NotYet {
        hours: i64,
        chance: f64,
    },
    /// Nothing to compare with.
    NoValues,
}

impl fmt::Display for MetricFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = |back: &f64, chance: &f64| {
            format!("{:.0} % of the way back, by chance in {:.1} %", 100.0 * back, 100.0 * chance)
        };
        match self {
            Self::Fixed { back, chance } => write!(f, "fixed: {}", way(back, chance)),
            Self::Improved { back, chance } => write!(f, "better, not back: {}", way(back, chance)),
            Self::Unchanged { back, chance } => write!(f, "unchanged: {}", way(back, chance)),
            Self::NotYet { hours, .. } => {
                write!(f, "watched for {hours} h: its values could be those of before")
            }
            Self::NoValues => f.write_str("undecided: there are no values to compare with"),
        }
    }
}

/// What can be said of a case of a metric.
pub fn verify_metric(watch: &MetricWatch<'_>, config: &VerifyConfig) -> MetricFinding {
    let usual = usual(watch.usual);
    let (troubled, after) = (blocks(watch.troubled, &usual), blocks(watch.after, &usual));
    if troubled.is_empty() || watch.usual.is_empty() {
        return MetricFinding::NoValues;
    }
    let hours = watch.now - watch.out;
    let sign = match watch.better {
        Better::Higher => 1.0,
        Better::Lower => -1.0,
    };
    let signed = |values: &[f64]| values.iter().map(|value| sign * value).collect::<Vec<f64>>();
    let (troubled, after) = (signed(&troubled), signed(&after));
    let chance = chance_of_ranks(&troubled, &after);
    if after.is_empty() || hours < SEASON {
        return MetricFinding::NotYet { hours: hours.max(0), chance };
    }
    // Residuals of usual values are around zero, and troubled ones below it.
    let lost = -mean(&troubled);
    let back = if lost > 0.0 { 1.0 + mean(&after) / lost } else { 0.0 };
    match (chance < config.chance, back >= BACK) {
        (true, true) => MetricFinding::Fixed { back, chance },
        _ if hours < config.at_most => MetricFinding::NotYet { hours, chance },
        (true, false) => MetricFinding::Improved { back, chance },
        (false, _) => MetricFinding::Unchanged { back, chance },
    }
}

/// By hour of the day; an hour that was never seen takes the mean.
fn usual(values: &BTreeMap<i64, f64>) -> [f64; 24] {
    let all: Vec<f64> = values.values().copied().collect();
    let (mut sums, mut days) = ([0.0; 24], [0.0_f64; 24]);
    for (hour, value) in values {
        sums[slot(*hour)] += value;
        days[slot(*hour)] += 1.0;
    }
    let mut usual = [mean(&all); 24];
    for (at, usual) in usual.iter_mut().enumerate().filter(|(at, _)| days[*at] > 0.0) {
        *usual = sums[at] / days[at];
    }
    usual
}

/// What is left of the values without what is usual, block by block.
fn blocks(values: &BTreeMap<i64, f64>, usual: &[f64; 24]) -> Vec<f64> {
    let mut blocks: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (hour, value) in values.iter().filter(|(_, value)| value.is_finite()) {
        blocks.entry(hour.div_euclid(HOURS_A_BLOCK)).or_default().push(value - usual[slot(*hour)]);
    }
    let means: Vec<f64> = blocks.values().map(|block| mean(block)).collect();
    let step = means.len().div_ceil(MOST_BLOCKS).max(1);
    means.into_iter().step_by(step).collect()
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f64>() / lossy(i64::try_from(values.len()).unwrap_or(i64::MAX))
    }
}

/// How likely it is that values after the change lie as high above those in trouble where nothing has changed: the exact
/// distribution of the rank sum. Equal values count for half.
fn chance_of_ranks(troubled: &[f64], after: &[f64]) -> f64 {
    if troubled.is_empty() || after.is_empty() {
        return 1.0;
    }
    let wins: f64 = after
        .iter()
        .flat_map(|one| troubled.iter().map(move |other| (one, other)))
        .map(|(one, other)| {
            if one > other {
                1.0
            } else if one < other {
                0.0
            } else {
                0.5
            }
        })
        .sum();
    let (n, m) = (after.len(), troubled.len());
    // ways[k][u]: how many choices of k of the values looked at so far have u wins.
    let mut ways = vec![vec![0.0_f64; n * m + 1]; n + 1];
    ways[0][0] = 1.0;
    for rank in 0..n + m {
        for taken in (1..=n.min(rank + 1)).rev() {
            let below = rank + 1 - taken;
            if below > m {
                continue;
            }
            for u in (below..=n * m).rev() {
                let more = ways[taken - 1][u - below];
                ways[taken][u] += more;
            }
        }
    }
    let all: f64 = ways[n].iter().sum();
    let as_high: f64 = (0_i64..).zip(&ways[n]).filter(|(u, _)| lossy(*u) >= wins).map(|(_, ways)| ways).sum();
    as_high / all
}
