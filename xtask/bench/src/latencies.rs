//! Latencies of single calls, and the percentiles that reports give. Called by `pgbench` and by our sides.

use std::time::Duration;

use anyhow::{Context, ensure};

use crate::frame::{Metric, Sample};

/// The calls of one turn.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    calls: Vec<Duration>,
}

impl Latencies {
    pub fn record(&mut self, call: Duration) {
        self.calls.push(call);
    }

    /// Adds what another thread recorded.
    pub fn merge(&mut self, other: Self) {
        self.calls.extend(other.calls);
    }

    pub fn calls(&self) -> usize {
        self.calls.len()
    }

    /// The smallest latency that this share (in hundredths) of the calls did not exceed.
    pub fn percentile(&self, hundredths: usize) -> anyhow::Result<Duration> {
        ensure!((1..=100).contains(&hundredths), "a percentile is between 1 and 100");
        let mut sorted = self.calls.clone();
        sorted.sort();
        let rank = (sorted.len() * hundredths).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().context("no call was recorded")
    }

    /// Adds both percentiles of a report, in milliseconds.
    pub fn into_sample(self, sample: Sample) -> anyhow::Result<Sample> {
        let milliseconds =
            |hundredths| Ok::<_, anyhow::Error>(self.percentile(hundredths)?.as_secs_f64() * 1000.0);
        sample.with(Metric::LatencyP50, milliseconds(50)?)?.with(Metric::LatencyP99, milliseconds(99)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_call_that_happened() {
        let mut latencies = Latencies::default();
        for milliseconds in (1..=50).rev() {
            latencies.record(Duration::from_millis(milliseconds));
        }
        let mut others = Latencies::default();
        (51..=200).for_each(|milliseconds| others.record(Duration::from_millis(milliseconds)));
        latencies.merge(others);
        let check = |hundredths: usize, milliseconds: u64| {
            assert_eq!(latencies.percentile(hundredths).unwrap(), Duration::from_millis(milliseconds));
        };
        check(50, 100);
        check(99, 198);
        check(100, 200);
        check(1, 2);
        assert_eq!(latencies.calls(), 200);
        let sample = latencies.into_sample(Sample::default()).unwrap();
        assert_eq!(sample.values()[&Metric::LatencyP50], 100.0);
        assert_eq!(sample.values()[&Metric::LatencyP99], 198.0);
    }

    #[test]
    fn no_call_has_no_percentile() {
        assert_eq!(Latencies::default().percentile(50).unwrap_err().to_string(), "no call was recorded");
    }
}
