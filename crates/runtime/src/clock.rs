//! The clock: the wall time that people read, and the boot time that leases and waits are measured on.
//!
//! Boot time goes on while the machine sleeps and never goes back, so a laptop that wakes up knows that its leases ran
//! out; `Instant` would have stopped. Every wait of the house goes through here, so that a test can move time by hand.
//! Nothing here may be used to decide in pure code: a pass reads `now` once and hands it down.

#![expect(clippy::disallowed_methods, reason = "this is the clock that everything else has to ask")]

mod manual;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

pub use manual::ManualClock;
use manual::ManualState;

use crate::Timestamp;

/// Timers of the operating system stop while the machine sleeps; a wait looks at the boot clock at least this often,
/// so it ends at most this late after the machine woke up.
const RECHECK: Duration = Duration::from_secs(1);

/// macOS counts sleep in its monotonic clock; Linux has a clock of its own for that.
#[cfg(any(target_os = "linux", target_os = "android"))]
const BOOT_CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const BOOT_CLOCK: ClockId = ClockId::Monotonic;

/// Nanoseconds since the machine started, sleep included. Means nothing on another machine or after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BootTime(u64);

impl BootTime {
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    pub const fn nanos(self) -> u64 {
        self.0
    }

    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A wait was over before the work was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not done within {limit:?}")]
pub struct TimedOut {
    pub limit: Duration,
}

/// The clock of the machine, or one moved by hand. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    System,
    Manual(Arc<ManualState>),
}

impl Clock {
    /// The machine's own clock.
    pub const fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands still at `start` until its [`ManualClock`] moves it.
    pub fn manual(start: Timestamp) -> (Self, ManualClock) {
        let state = Arc::new(ManualState::new(start));
        (Self(Kind::Manual(Arc::clone(&state))), ManualClock::new(state))
    }

    /// The wall time. May jump either way between two calls.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System => system_now(),
            Kind::Manual(state) => state.now(),
        }
    }

    /// The boot time. Never goes back.
    pub fn boot(&self) -> BootTime {
        match &self.0 {
            Kind::System => system_boot(),
            Kind::Manual(state) => state.boot(),
        }
    }

    /// Waits for `span` of boot time.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until_boot(self.boot().plus(span)).await;
    }

    /// Waits until the boot clock shows `deadline`.
    pub async fn sleep_until_boot(&self, deadline: BootTime) {
        match &self.0 {
            Kind::System => system_sleep(deadline).await,
            Kind::Manual(state) => state.sleep_until(deadline).await,
        }
    }

    /// Gives `work` at most `limit` of boot time; work that is ready wins, even when it is late.
    pub async fn timeout<F: Future>(&self, limit: Duration, work: F) -> Result<F::Output, TimedOut> {
        tokio::select! {
            biased;
            output = work => Ok(output),
            () = self.sleep(limit) => Err(TimedOut { limit }),
        }
    }
}

fn system_now() -> Timestamp {
    let micros = match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    };
    Timestamp::from_micros(micros)
}

fn system_boot() -> BootTime {
    let time = clock_gettime(BOOT_CLOCK);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    BootTime(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
}

async fn system_sleep(deadline: BootTime) {
    loop {
        let left = deadline.since(system_boot());
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(RECHECK)).await;
    }
}
