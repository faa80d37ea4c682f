//! What a bench says in the end: rows of medians and ratios, the machine, the commit, the day; as JSON in docs/bench.
//!
//! `ratio` is our median against theirs, turned so that more than 1 means that ours is better; `min` and `max` are its
//! extremes over the rounds, each round's two turns compared with each other. A row without a peer only states our
//! figure; its `min` and `max` are that figure's. Called by `command`; it must not round what it writes to the file.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Serialize;

use crate::frame::{Metric, Sample};
use crate::machine::Machine;
use crate::rounds::{Played, Series};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub name: String,
    pub machine: Machine,
    pub date: String,
    pub commit: String,
    /// Whether the tree differed from that commit.
    pub dirty: bool,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    pub case: String,
    pub metric: &'static str,
    pub unit: String,
    pub ours: f64,
    pub peer: Option<String>,
    pub theirs: Option<f64>,
    pub ratio: Option<f64>,
    pub rounds: usize,
    pub min: f64,
    pub max: f64,
}

/// Every metric against every peer that measured it; those that no peer measured are stated alone.
pub fn rows(played: &Played) -> Vec<Row> {
    let metrics: Vec<Metric> = played
        .ours
        .samples
        .first()
        .map(|sample| sample.values().keys().copied().collect())
        .unwrap_or_default();
    let mut rows = Vec::new();
    for metric in metrics {
        let ours = values(&played.ours, metric);
        let before = rows.len();
        for peer in &played.peers {
            let theirs = values(peer, metric);
            if !theirs.is_empty() {
                rows.push(compared(played, metric, &ours, peer, &theirs));
            }
        }
        if rows.len() == before {
            rows.push(stated(played, metric, &ours));
        }
    }
    rows
}

fn values(series: &Series, metric: Metric) -> Vec<f64> {
    series.samples.iter().map(Sample::values).filter_map(|values| values.get(&metric).copied()).collect()
}

fn compared(played: &Played, metric: Metric, ours: &[f64], peer: &Series, theirs: &[f64]) -> Row {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(our, their)| metric.ratio(*our, *their)).collect();
    let (our, their) = (median(ours), median(theirs));
    Row {
        case: played.case.clone(),
        metric: metric.name(),
        unit: metric.unit(&played.things),
        ours: our,
        peer: Some(peer.side.clone()),
        theirs: Some(their),
        ratio: Some(metric.ratio(our, their)),
        rounds: ratios.len(),
        min: ratios.iter().copied().fold(f64::INFINITY, f64::min),
        max: ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

fn stated(played: &Played, metric: Metric, ours: &[f64]) -> Row {
    Row {
        case: played.case.clone(),
        metric: metric.name(),
        unit: metric.unit(&played.things),
        ours: median(ours),
        peer: None,
        theirs: None,
        ratio: None,
        rounds: ours.len(),
        min: ours.iter().copied().fold(f64::INFINITY, f64::min),
        max: ours.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

/// The middle value, or the mean of the two in the middle.
fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.len().is_multiple_of(2), sorted.get(middle)) {
        (false, Some(value)) => *value,
        (true, Some(value)) => sorted.get(middle - 1).map_or(*value, |below| f64::midpoint(*below, *value)),
        (_, None) => f64::NAN,
    }
}

impl Report {
    /// Writes `<folder>/<name>.json` and gives its path.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        let file = folder.join(format!("{}.json", self.name));
        let mut text = serde_json::to_string_pretty(self).context("writing the report as JSON")?;
        text.push('\n');
        std::fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests;
