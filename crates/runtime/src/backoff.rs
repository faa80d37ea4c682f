//! Back-off: exponential, capped, with full jitter, so that many who failed together do not come back together.
//!
//! Says how long to wait, never waits itself. Called by the drivers, the wake-up bridge and clients of other systems.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Randomness;

/// The knobs of a back-off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BackoffConfig {
    /// The longest first wait; each further failure doubles it.
    #[serde(with = "crate::duration::positive")]
    pub initial: Duration,
    /// No wait is longer than this.
    #[serde(with = "crate::duration::positive")]
    pub cap: Duration,
}

impl Default for BackoffConfig {
    fn default() -> Self {
        Self { initial: Duration::from_millis(200), cap: Duration::from_secs(60) }
    }
}

/// Counts failures in a row and draws the wait after each.
#[derive(Debug, Clone)]
pub struct Backoff {
    config: BackoffConfig,
    randomness: Randomness,
    failures: u32,
}

impl Backoff {
    pub const fn new(config: BackoffConfig, randomness: Randomness) -> Self {
        Self { config, randomness, failures: 0 }
    }

    /// Counts a failure and says how long to wait before the next try: anything up to [`Self::ceiling`].
    pub fn next_wait(&mut self) -> Duration {
        let ceiling = self.ceiling();
        self.failures = self.failures.saturating_add(1);
        self.randomness.duration_up_to(ceiling)
    }

    /// The longest wait that the next failure can bring.
    pub fn ceiling(&self) -> Duration {
        let doubled =
            1_u32.checked_shl(self.failures).map(|factor| self.config.initial.saturating_mul(factor));
        doubled.unwrap_or(self.config.cap).min(self.config.cap)
    }

    /// How many failures in a row there were.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// It worked: the next failure is a first one.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(seed: u64) -> Backoff {
        let config = BackoffConfig { initial: Duration::from_secs(1), cap: Duration::from_secs(60) };
        Backoff::new(config, Randomness::seeded(seed))
    }

    #[test]
    fn the_ceiling_doubles_up_to_the_cap_and_never_overflows() {
        let mut backoff = backoff(1);
        let ceilings: Vec<u64> = (0..100)
            .map(|_| {
                let ceiling = backoff.ceiling();
                assert!(backoff.next_wait() <= ceiling);
                ceiling.as_secs()
            })
            .collect();
        assert_eq!(ceilings[..8], [1, 2, 4, 8, 16, 32, 60, 60]);
        assert!(ceilings[8..].iter().all(|seconds| *seconds == 60));
        assert_eq!(backoff.failures(), 100);
        backoff.reset();
        assert_eq!((backoff.failures(), backoff.ceiling()), (0, Duration::from_secs(1)));
    }

    #[test]
    fn jitter_fills_the_whole_span() {
        let waits: Vec<Duration> = (0..400).map(|seed| backoff(seed).next_wait()).collect();
        let below = |millis| waits.iter().filter(|wait| **wait < Duration::from_millis(millis)).count();
        assert!((60..140).contains(&below(250)), "{}", below(250));
        assert!((160..240).contains(&below(500)), "{}", below(500));
        assert_eq!(backoff(5).next_wait(), backoff(5).next_wait(), "a seed repeats");
    }

    #[test]
    fn settings_refuse_what_they_do_not_know() {
        let config: BackoffConfig = serde_json::from_str(r#"{"initial":"1s"}"#).unwrap();
        assert_eq!(config, BackoffConfig { initial: Duration::from_secs(1), ..BackoffConfig::default() });
        assert!(serde_json::from_str::<BackoffConfig>(r#"{"initial_ms":1}"#).is_err());
    }
}
