//! The chores' only look at the clock: how long a step took, and waiting for another program with a limit.
//!
//! Nothing of the product may use it: the product asks the runtime's Clock. Called by the gates, the temporary
//! PostgreSQL and the benches.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;

/// A monotonic watch, started when made.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    started: Instant,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "chores measure real elapsed time; no test needs it held still"
    )]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Seconds since 1970, for the date of a report.
#[expect(clippy::disallowed_methods, reason = "a report is dated by the wall clock")]
pub fn unix_seconds() -> anyhow::Result<i64> {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
    i64::try_from(elapsed.as_secs()).context("the clock stands beyond every calendar")
}

/// Gives the processor away between two looks at another program.
#[expect(clippy::disallowed_methods, reason = "another program's progress can only be looked at again later")]
pub fn pause(length: Duration) {
    std::thread::sleep(length);
}

/// What became of waiting for a predicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    Held,
    TimedOut,
}

/// Looks at the predicate until it holds or the limit has passed; looks at least once.
pub fn wait_until(
    limit: Duration,
    between: Duration,
    mut holds: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<Waited> {
    let watch = Stopwatch::start();
    loop {
        if holds()? {
            return Ok(Waited::Held);
        }
        if watch.elapsed() >= limit {
            return Ok(Waited::TimedOut);
        }
        pause(between);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_looks_until_it_holds_or_the_limit_passes() {
        let mut looks = 0;
        let waited = wait_until(Duration::from_secs(5), Duration::ZERO, || {
            looks += 1;
            Ok(looks == 3)
        });
        assert_eq!((waited.unwrap(), looks), (Waited::Held, 3));
        let waited = wait_until(Duration::ZERO, Duration::ZERO, || Ok(false));
        assert_eq!(waited.unwrap(), Waited::TimedOut);
    }
}
