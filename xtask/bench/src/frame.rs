//! What a case is: our side and the others as closures that do one turn of work each and say what they measured.
//!
//! A side measures itself, so that preparing (filling a queue, starting a broker) stays outside its figures. Called by
//! the cases; run by `rounds`. It must not know any database or broker.

use std::collections::BTreeMap;

use anyhow::ensure;

/// What was measured; decides the unit and which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// Things a second; the case says which things.
    Rate,
    LatencyP50,
    LatencyP99,
    /// The highest resident memory of the process.
    MemoryPeak,
    /// Processor seconds a million things.
    CpuPerMillion,
    /// What one of the things holds of memory.
    MemoryEach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
}

impl Metric {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::LatencyP50 => "latency_p50",
            Self::LatencyP99 => "latency_p99",
            Self::MemoryPeak => "memory_peak",
            Self::CpuPerMillion => "cpu_per_million",
            Self::MemoryEach => "memory_each",
        }
    }

    /// The unit of a case that counts these things.
    pub fn unit(self, things: &str) -> String {
        match self {
            Self::Rate => format!("{things}/s"),
            Self::LatencyP50 | Self::LatencyP99 => "ms".to_owned(),
            Self::MemoryPeak => "MiB".to_owned(),
            Self::CpuPerMillion => "s".to_owned(),
            Self::MemoryEach => format!("bytes/{}", things.strip_suffix('s').unwrap_or(things)),
        }
    }

    pub fn better(self) -> Better {
        match self {
            Self::Rate => Better::Higher,
            Self::LatencyP50
            | Self::LatencyP99
            | Self::MemoryPeak
            | Self::CpuPerMillion
            | Self::MemoryEach => Better::Lower,
        }
    }

    /// How many times better ours is than theirs.
    pub fn ratio(self, ours: f64, theirs: f64) -> f64 {
        match self.better() {
            Better::Higher => ours / theirs,
            Better::Lower => theirs / ours,
        }
    }
}

/// What one turn measured, each in the metric's unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    values: BTreeMap<Metric, f64>,
}

impl Sample {
    /// Adds a figure. Zero, negative and endless figures are refused: they have no ratio.
    pub fn with(mut self, metric: Metric, value: f64) -> anyhow::Result<Self> {
        ensure!(value.is_finite() && value > 0.0, "{} of {value} is no measurement", metric.name());
        ensure!(
            self.values.insert(metric, value).is_none(),
            "{} was measured twice in one turn",
            metric.name()
        );
        Ok(self)
    }

    pub fn values(&self) -> &BTreeMap<Metric, f64> {
        &self.values
    }
}

/// How much work a turn is. A quick run shows that a case works; its figures are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    Quick,
    Full,
}

type Turn<'a> = Box<dyn FnMut() -> anyhow::Result<Sample> + 'a>;

/// One of those that are compared.
pub struct Side<'a> {
    pub name: String,
    turn: Turn<'a>,
}

impl<'a> Side<'a> {
    pub fn new(name: &str, turn: impl FnMut() -> anyhow::Result<Sample> + 'a) -> Self {
        Self { name: name.to_owned(), turn: Box::new(turn) }
    }

    pub fn take_turn(&mut self) -> anyhow::Result<Sample> {
        (self.turn)()
    }
}

/// The same work, done by us and by each of the others.
pub struct Case<'a> {
    pub name: String,
    /// What the rate counts, in the plural: `claims`, `records`.
    pub things: String,
    pub ours: Side<'a>,
    /// Peers and limits; none, if the figure is only to be stated.
    pub peers: Vec<Side<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_above_one_means_that_ours_is_better() {
        let check = |metric: Metric, ours: f64, theirs: f64, expect: f64| {
            assert!((metric.ratio(ours, theirs) - expect).abs() < 1e-9, "{metric:?}");
        };
        check(Metric::Rate, 200.0, 100.0, 2.0);
        check(Metric::LatencyP50, 2.0, 8.0, 4.0);
        check(Metric::LatencyP99, 8.0, 2.0, 0.25);
        check(Metric::MemoryPeak, 50.0, 100.0, 2.0);
        check(Metric::CpuPerMillion, 1.0, 3.0, 3.0);
    }

    #[test]
    fn what_has_no_ratio_is_no_measurement() {
        for value in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Sample::default().with(Metric::Rate, value).is_err(), "{value}");
        }
        let once = Sample::default().with(Metric::Rate, 1.0).unwrap();
        assert_eq!(
            once.with(Metric::Rate, 2.0).unwrap_err().to_string(),
            "rate was measured twice in one turn"
        );
    }
}
