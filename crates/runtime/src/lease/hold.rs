//! One lease under work: the work, its renewals, and the end of whichever comes first.
//!
//! Before each turn of the work the deadline is compared with the boot clock, so that work on a machine that slept is
//! stopped before it goes on, and a lease that ran out is never renewed as if nothing had been. What the work did
//! outside before that is guarded by the token, not here.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

use super::{LeaseSource, LeaseStatus, Renewal, Shared};
use crate::{Backoff, BootTime, Clock, error_chain};

/// Why work has to stop: somebody else may be doing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeaseLost {
    #[error("the lease was taken over")]
    Taken,
    #[error("the lease ran out before it could be renewed")]
    Expired,
}

/// What the work sees of its lease. Clones are the same.
#[derive(Debug, Clone)]
pub struct Hold {
    clock: Clock,
    state: watch::Receiver<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Until(BootTime),
    Lost(LeaseLost),
}

impl Hold {
    /// Is the lease still ours? To be asked right before each effect outside.
    pub fn check(&self) -> Result<Duration, LeaseLost> {
        match *self.state.borrow() {
            State::Lost(lost) => Err(lost),
            State::Until(deadline) => match deadline.since(self.clock.boot()) {
                Duration::ZERO => Err(LeaseLost::Expired),
                left => Ok(left),
            },
        }
    }

    /// Resolves when the lease is lost. The work then has its farewell to tidy up before it is dropped.
    pub async fn lost(&self) -> LeaseLost {
        let mut state = self.state.clone();
        loop {
            if let State::Lost(lost) = *state.borrow_and_update() {
                return lost;
            }
            if state.changed().await.is_err() {
                // Whoever renewed is gone; nobody will renew any more.
                return LeaseLost::Expired;
            }
        }
    }
}

/// How a held lease ended.
enum End {
    Finished,
    Lost(LeaseLost),
}

impl<S, W, F> Shared<S, W>
where
    S: LeaseSource,
    W: Fn(Arc<S::Lease>, Hold) -> F,
    F: Future<Output = ()> + Send,
{
    /// Works on a lease until the work ends or the lease is lost.
    pub(super) async fn hold(&self, lease: S::Lease, deadline: BootTime) {
        let _counted = Counted::new(&self.metrics.held, &self.status);
        let lease = Arc::new(lease);
        let (state, seen) = watch::channel(State::Until(deadline));
        let mut work = pin!((self.work)(Arc::clone(&lease), Hold { clock: self.clock.clone(), state: seen }));
        let end = {
            let mut keeping = pin!(self.keep(&lease, &state));
            poll_fn(|cx| {
                if self.has_expired(*state.borrow()) {
                    return Poll::Ready(End::Lost(LeaseLost::Expired));
                }
                if let Poll::Ready(lost) = keeping.as_mut().poll(cx) {
                    return Poll::Ready(End::Lost(lost));
                }
                work.as_mut().poll(cx).map(|()| End::Finished)
            })
            .await
        };
        match end {
            End::Finished => {
                self.metrics.finished.inc();
            }
            End::Lost(lost) => {
                self.note_loss(lost);
                state.send_replace(State::Lost(lost));
                self.say_farewell(work).await;
            }
        }
    }

    /// Renews a lease for as long as it can be, and says how it was lost.
    async fn keep(&self, lease: &S::Lease, state: &watch::Sender<State>) -> LeaseLost {
        let third = self.config.length / 3;
        let mut backoff = Backoff::new(self.config.backoff.clone(), self.randomness.clone());
        let mut wait = third;
        loop {
            self.clock.sleep(wait).await;
            let State::Until(deadline) = *state.borrow() else { return LeaseLost::Expired };
            let asked = self.clock.boot();
            let renewal = self.source.renew(lease, self.clock.now(), self.config.length);
            match self.clock.timeout(deadline.since(asked), renewal).await {
                Err(_) => return LeaseLost::Expired,
                Ok(Ok(Renewal::Lost)) => return LeaseLost::Taken,
                Ok(Ok(Renewal::Renewed)) => {
                    backoff.reset();
                    state.send_replace(State::Until(asked.plus(self.config.length)));
                    wait = third.saturating_sub(self.clock.boot().since(asked));
                }
                Ok(Err(error)) => {
                    self.metrics.renew_errors.inc();
                    wait = backoff.next_wait().min(third);
                    tracing::warn!(driver = self.name, ?wait, "could not renew: {}", error_chain(&error));
                }
            }
        }
    }

    /// Lets the work tidy up for a while; with no time for that it gets no further turn.
    async fn say_farewell(&self, work: impl Future<Output = ()>) {
        let farewell = self.config.farewell;
        if farewell.is_zero() || self.clock.timeout(farewell, work).await.is_err() {
            tracing::warn!(driver = self.name, "the work did not end with its lease and is dropped");
        }
    }

    fn has_expired(&self, state: State) -> bool {
        match state {
            State::Until(deadline) => self.clock.boot() >= deadline,
            State::Lost(_) => true,
        }
    }

    fn note_loss(&self, lost: LeaseLost) {
        match lost {
            LeaseLost::Taken => self.metrics.taken.inc(),
            LeaseLost::Expired => self.metrics.expired.inc(),
        };
        tracing::warn!(driver = self.name, "{lost}; its work is stopped");
    }
}

/// Counts a held lease for as long as it lives, also when its task is dropped.
struct Counted<'a> {
    gauge: &'a crate::metrics::Gauge,
    status: &'a watch::Sender<LeaseStatus>,
}

impl<'a> Counted<'a> {
    fn new(gauge: &'a crate::metrics::Gauge, status: &'a watch::Sender<LeaseStatus>) -> Self {
        gauge.inc();
        status.send_modify(|status| status.held += 1);
        Self { gauge, status }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.gauge.dec();
        self.status.send_modify(|status| status.held -= 1);
    }
}
