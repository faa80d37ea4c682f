//! The one driver of passes: a stage's pass runs when it is woken, and at the latest every period.
//!
//! ```text
//! start ─▶ pass ─▶ wait (wake-up or period; after a failure the back-off, deaf to wake-ups) ─▶ pass ─▶ …
//! ```
//!
//! Never two at once. The next pass is the retry, so a pass must be idempotent and may be dropped at its limit. At a stop
//! the pass under way ends and no other starts. Called by the wiring of each stage; it knows nothing of any stage.

mod status;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tracing::Instrument as _;

pub use status::{Activity, LastPass, PassOutcome, PassStatus};

use crate::metrics::PassMetrics;
use crate::{
    Backoff, BackoffConfig, Clock, Metrics, Randomness, Stage, StatusBoard, Stop, Subscription, TimedOut,
    Timestamp, error_chain,
};

/// The knobs of a pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PassConfig {
    /// The longest time between two passes that work.
    #[serde(with = "crate::duration::positive")]
    pub period: Duration,
    /// A pass that takes longer is dropped and counts as failed.
    #[serde(with = "crate::duration::positive")]
    pub limit: Duration,
    pub backoff: BackoffConfig,
}

impl Default for PassConfig {
    fn default() -> Self {
        Self {
            period: Duration::from_secs(10),
            limit: Duration::from_secs(300),
            backoff: BackoffConfig::default(),
        }
    }
}

/// When a pass wants to be followed by another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPass {
    /// Nothing is known to be left: when woken, or after the period.
    AtPeriod,
    /// A full batch was done and more is left.
    AtOnce,
    /// Something is due in this time; the period still holds.
    Within(Duration),
}

/// What a pass that worked returns: what it did, in the stage's own words, and when to come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassEnd<R> {
    pub report: R,
    pub next: NextPass,
}

/// Why a pass did not work.
#[derive(Debug, thiserror::Error)]
pub enum PassError<E: Error + 'static> {
    #[error("the pass failed")]
    Failed(#[source] E),
    #[error("the pass was dropped at its limit")]
    AtLimit(#[source] TimedOut),
}

/// What a driver needs besides its pass.
#[derive(Debug)]
pub struct PassSetup {
    pub name: &'static str,
    pub config: PassConfig,
    pub clock: Clock,
    pub randomness: Randomness,
    /// What wakes the pass.
    pub wakeups: Subscription,
}

/// Drives one pass.
#[derive(Debug)]
pub struct PassDriver<R, F> {
    config: PassConfig,
    clock: Clock,
    wakeups: Subscription,
    backoff: Backoff,
    metrics: PassMetrics,
    status: watch::Sender<PassStatus<R>>,
    pass: F,
}

/// How the driver waits for the next pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    None,
    WakeupOr(Duration),
    Deaf(Duration),
}

impl<R, E, F, P> PassDriver<R, F>
where
    R: Clone + Send + Sync + 'static,
    E: Error + Send + Sync + 'static,
    F: FnMut(Timestamp) -> P + Send,
    P: Future<Output = Result<PassEnd<R>, E>> + Send,
{
    /// `pass` is given the time at which it starts, and reads no clock itself.
    pub fn new(setup: PassSetup, metrics: &Metrics, pass: F) -> Self {
        Self {
            backoff: Backoff::new(setup.config.backoff.clone(), setup.randomness),
            config: setup.config,
            clock: setup.clock,
            wakeups: setup.wakeups,
            metrics: metrics.for_pass(setup.name),
            status: watch::Sender::new(PassStatus::new(setup.name)),
            pass,
        }
    }

    /// What the last pass did, always up to date.
    pub fn status(&self) -> watch::Receiver<PassStatus<R>> {
        self.status.subscribe()
    }

    /// Shows on the board, under the pass's name, what the last pass did and what is next.
    #[must_use]
    pub fn shown_on(self, board: &StatusBoard) -> Self
    where
        R: Serialize + Send + Sync + 'static,
    {
        let name = self.status.borrow().name;
        if let Err(full) = board.show(name, self.status()) {
            tracing::warn!("{full}");
        }
        self
    }

    /// Runs passes until nothing new may be taken.
    pub async fn run(mut self, stop: Stop) {
        while stop.stage() == Stage::Running {
            let wait = match self.run_once().await {
                Ok(end) => self.wait_after(end.next),
                Err(_) => Wait::Deaf(self.backoff.next_wait()),
            };
            self.note_wait(wait);
            tokio::select! {
                biased;
                () = stop.stop_taking() => break,
                () = wait_as(wait, &self.clock, &self.wakeups) => {}
            }
        }
        self.status.send_modify(|status| status.activity = Activity::Stopped);
    }

    /// Runs one pass, for `--once` and for [`Self::run`].
    pub async fn run_once(&mut self) -> Result<PassEnd<R>, PassError<E>> {
        self.wakeups.forget_past();
        let (started, boot) = (self.clock.now(), self.clock.boot());
        self.status.send_modify(|status| status.activity = Activity::Running { since: started });
        let span = tracing::info_span!("pass", pass = self.status.borrow().name);
        let passing = (self.pass)(started).instrument(span);
        let result = match self.clock.timeout(self.config.limit, passing).await {
            Ok(ended) => ended.map_err(PassError::Failed),
            Err(late) => Err(PassError::AtLimit(late)),
        };
        let took = self.clock.boot().since(boot);
        self.note_result(started, took, &result);
        result
    }

    fn note_result(&mut self, started: Timestamp, took: Duration, result: &Result<PassEnd<R>, PassError<E>>) {
        self.metrics.observe(took);
        let outcome = match result {
            Ok(_) => {
                self.metrics.succeeded.inc();
                self.backoff.reset();
                PassOutcome::Succeeded
            }
            Err(PassError::AtLimit(late)) => {
                self.metrics.timed_out.inc();
                PassOutcome::TimedOut { limit: late.limit }
            }
            Err(PassError::Failed(error)) => {
                self.metrics.failed.inc();
                PassOutcome::Failed { error: error_chain(error) }
            }
        };
        self.status.send_modify(|status| {
            status.note(LastPass { started, took, outcome }, result.as_ref().ok().map(|end| &end.report));
        });
        let status = self.status.borrow();
        self.metrics.consecutive_failures.set(i64::from(status.consecutive_failures));
        if let Err(error) = result {
            let failures = status.consecutive_failures;
            tracing::warn!(pass = status.name, failures, "{}", error_chain(error));
        }
    }

    fn wait_after(&self, next: NextPass) -> Wait {
        match next {
            NextPass::AtOnce => Wait::None,
            NextPass::AtPeriod => Wait::WakeupOr(self.config.period),
            NextPass::Within(span) => Wait::WakeupOr(span.min(self.config.period)),
        }
    }

    fn note_wait(&self, wait: Wait) {
        let span = match wait {
            Wait::None => Duration::ZERO,
            Wait::WakeupOr(span) | Wait::Deaf(span) => span,
        };
        let until = self.clock.now().plus(span);
        self.status.send_modify(|status| status.activity = Activity::Waiting { until });
    }
}

async fn wait_as(wait: Wait, clock: &Clock, wakeups: &Subscription) {
    match wait {
        // Others get their turn between two full batches.
        Wait::None => tokio::task::yield_now().await,
        Wait::Deaf(span) => clock.sleep(span).await,
        Wait::WakeupOr(span) => {
            let woken = wakeups.wait(span).await;
            tracing::trace!(?woken, "time for a pass");
        }
    }
}
