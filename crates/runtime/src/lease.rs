//! The one driver of leases: work that many processes share out among themselves, each piece held by one.
//!
//! ```text
//! permits ─▶ acquire at most the free permits ─▶ hold: work ‖ renew at a third ─▶ permit back ─▶ …
//! stop    ─▶ acquire no more ─▶ take all permits: everything held has ended
//! ```
//!
//! The source (the store) guards every lease by a token that it changes when somebody else takes over; this driver only
//! stops work early. It measures leases on the boot clock, from before the source was asked, so it always believes in
//! a lease for a shorter time than the source does. Called by the wiring of the stages that share work.

mod hold;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError, watch};

pub use hold::{Hold, LeaseLost};

use crate::metrics::LeaseMetrics;
use crate::{
    Backoff, BackoffConfig, BootTime, Clock, Metrics, Randomness, StatusBoard, Stop, Subscription, Tasks,
    Timestamp, error_chain,
};

/// Where leases come from.
pub trait LeaseSource: Send + Sync + 'static {
    /// What is held, with the token that proves it.
    type Lease: Send + Sync + 'static;
    type Error: Error + Send + Sync + 'static;

    /// Takes at most `ask.at_most` leases that end at `ask.now + ask.length`.
    fn acquire(&self, ask: LeaseAsk) -> impl Future<Output = Result<Vec<Self::Lease>, Self::Error>> + Send;

    /// Makes a lease end at `now + length`, if it is still ours.
    fn renew(
        &self,
        lease: &Self::Lease,
        now: Timestamp,
        length: Duration,
    ) -> impl Future<Output = Result<Renewal, Self::Error>> + Send;
}

/// What is asked of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseAsk {
    pub at_most: usize,
    pub now: Timestamp,
    pub length: Duration,
}

/// The source's answer to a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    Renewed,
    /// The token is stale: somebody else holds it, or nobody does any more.
    Lost,
}

/// The knobs of a lease driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeaseConfig {
    /// How many leases are held at most.
    pub permits: NonZeroUsize,
    /// How long a lease lasts; it is renewed at a third.
    #[serde(with = "crate::duration::positive")]
    pub length: Duration,
    /// The longest time between two looks for work, when no wake-up comes.
    #[serde(with = "crate::duration::positive")]
    pub poll: Duration,
    /// How long work may tidy up after its lease was lost, before it is dropped.
    #[serde(with = "crate::duration")]
    pub farewell: Duration,
    pub backoff: BackoffConfig,
}

impl Default for LeaseConfig {
    fn default() -> Self {
        Self {
            permits: NonZeroUsize::MIN.saturating_add(3),
            length: Duration::from_secs(30),
            poll: Duration::from_secs(5),
            farewell: Duration::from_secs(5),
            backoff: BackoffConfig::default(),
        }
    }
}

/// What a driver needs besides its source and its work.
#[derive(Debug)]
pub struct LeaseSetup {
    pub name: &'static str,
    pub config: LeaseConfig,
    pub clock: Clock,
    pub randomness: Randomness,
    pub tasks: Tasks,
    /// What says that there may be work.
    pub wakeups: Subscription,
}

/// What the driver is doing, shown as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaseStatus {
    pub name: &'static str,
    pub permits: usize,
    pub held: usize,
    pub last_asked: Option<Timestamp>,
    /// Why the last ask failed, if it did.
    pub last_error: Option<String>,
}

/// Drives leases from one source through one kind of work.
pub struct LeaseDriver<S: LeaseSource, W> {
    shared: Arc<Shared<S, W>>,
    tasks: Tasks,
    wakeups: Subscription,
    permits: Arc<Semaphore>,
    backoff: Backoff,
}

/// What the driver and the tasks that hold leases share.
struct Shared<S, W> {
    name: &'static str,
    config: LeaseConfig,
    clock: Clock,
    randomness: Randomness,
    metrics: LeaseMetrics,
    status: watch::Sender<LeaseStatus>,
    source: S,
    work: W,
}

impl<S, W, F> LeaseDriver<S, W>
where
    S: LeaseSource,
    W: Fn(Arc<S::Lease>, Hold) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    /// `work` records its own end with the source, under the token of its lease.
    pub fn new(setup: LeaseSetup, metrics: &Metrics, source: S, work: W) -> Self {
        let permits = setup.config.permits.get();
        let status = LeaseStatus { name: setup.name, permits, held: 0, last_asked: None, last_error: None };
        let shared = Shared {
            name: setup.name,
            metrics: metrics.for_leases(setup.name),
            status: watch::Sender::new(status),
            clock: setup.clock,
            randomness: setup.randomness.clone(),
            source,
            work,
            config: setup.config.clone(),
        };
        Self {
            shared: Arc::new(shared),
            tasks: setup.tasks,
            wakeups: setup.wakeups,
            permits: Arc::new(Semaphore::new(permits)),
            backoff: Backoff::new(setup.config.backoff, setup.randomness),
        }
    }

    pub fn status(&self) -> watch::Receiver<LeaseStatus> {
        self.shared.status.subscribe()
    }

    /// Shows on the board, under the driver's name, what is held and how the last ask went.
    #[must_use]
    pub fn shown_on(self, board: &StatusBoard) -> Self {
        if let Err(full) = board.show(self.shared.name, self.status()) {
            tracing::warn!("{full}");
        }
        self
    }

    /// Works until nothing new may be taken, and then until everything held has ended.
    pub async fn run(mut self, stop: Stop) {
        loop {
            let free = tokio::select! {
                biased;
                () = stop.stop_taking() => break,
                free = free_permits(&self.permits) => free,
            };
            // Not broken off by a stop: leases taken in that moment would be held by nobody.
            let wait = self.fill(free).await;
            tokio::select! {
                biased;
                () = stop.stop_taking() => break,
                () = self.wait(wait) => {}
            }
        }
        self.drain().await;
    }

    /// Acquires leases for the free permits, starts the work on each, and says how to wait.
    async fn fill(&mut self, free: Vec<OwnedSemaphorePermit>) -> Wait {
        self.wakeups.forget_past();
        let shared = &self.shared;
        let (now, asked) = (shared.clock.now(), shared.clock.boot());
        let ask = LeaseAsk { at_most: free.len(), now, length: shared.config.length };
        let acquired = shared.source.acquire(ask).await;
        let error = acquired.as_ref().err().map(|error| error_chain(error));
        shared.status.send_modify(|status| {
            status.last_asked = Some(now);
            status.last_error.clone_from(&error);
        });
        match acquired {
            Ok(leases) => {
                self.backoff.reset();
                self.start(leases, free, asked.plus(ask.length))
            }
            Err(_) => {
                shared.metrics.acquire_errors.inc();
                tracing::warn!(
                    driver = shared.name,
                    "could not acquire leases: {}",
                    error.unwrap_or_default()
                );
                Wait::Deaf(self.backoff.next_wait())
            }
        }
    }

    fn start(&self, leases: Vec<S::Lease>, free: Vec<OwnedSemaphorePermit>, deadline: BootTime) -> Wait {
        let (got, asked) = (leases.len(), free.len());
        if got > asked {
            tracing::error!(
                driver = self.shared.name,
                got,
                asked,
                "more leases than asked for; the rest is left"
            );
        }
        for (lease, permit) in leases.into_iter().zip(free) {
            self.shared.metrics.acquired.inc();
            let shared = Arc::clone(&self.shared);
            self.tasks.spawn(format!("{} lease", shared.name), async move {
                shared.hold(lease, deadline).await;
                drop(permit);
            });
        }
        if got < asked { Wait::WakeupOr(self.shared.config.poll) } else { Wait::None }
    }

    async fn wait(&self, wait: Wait) {
        match wait {
            Wait::None => {}
            Wait::Deaf(span) => self.shared.clock.sleep(span).await,
            Wait::WakeupOr(span) => {
                let woken = self.wakeups.wait(span).await;
                tracing::trace!(driver = self.shared.name, ?woken, "time to look for work");
            }
        }
    }

    async fn drain(&self) {
        let all = u32::try_from(self.shared.config.permits.get()).unwrap_or(u32::MAX);
        match self.permits.acquire_many(all).await {
            Ok(_all) => tracing::debug!(driver = self.shared.name, "everything held has ended"),
            Err(closed) => tracing::error!(driver = self.shared.name, "the permits are gone: {closed}"),
        }
    }
}

/// How the driver waits before it asks again.
enum Wait {
    /// Until a permit is free.
    None,
    WakeupOr(Duration),
    Deaf(Duration),
}

/// All permits that are free, once at least one is.
async fn free_permits(permits: &Arc<Semaphore>) -> Vec<OwnedSemaphorePermit> {
    let mut free = Vec::new();
    match Arc::clone(permits).acquire_owned().await {
        Ok(first) => free.push(first),
        // Nobody closes these permits; if somebody did, no work could be taken.
        Err(_) => std::future::pending().await,
    }
    loop {
        match Arc::clone(permits).try_acquire_owned() {
            Ok(another) => free.push(another),
            Err(TryAcquireError::NoPermits | TryAcquireError::Closed) => return free,
        }
    }
}
