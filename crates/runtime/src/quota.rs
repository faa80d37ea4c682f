//! Quotas: limits that several processes keep together.
//!
//! ```text
//! ledger (store): so many units a window ─▶ lease a share ─▶ shape it (governor) ─▶ Granted | Wait | Exhausted
//! ```
//!
//! The ledger counts a share as used when it is leased, so what all processes grant together never exceeds the limit,
//! whatever dies; a share that is not used up is given back or lost, never granted twice. A share ends with its window,
//! on whichever clock shows that first. Called by the stages before they do what is limited.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::metrics::QuotaMetrics;
use crate::{BootTime, Clock, Metrics, Timestamp};

/// Where units are counted for all processes.
pub trait QuotaLedger: Send + Sync + 'static {
    type Error: Error + Send + Sync + 'static;

    /// The most units that one window ever grants.
    fn limit(&self) -> u64;

    /// Takes at most `units` from the window that `now` is in.
    fn lease(
        &self,
        quota: &str,
        units: u64,
        now: Timestamp,
    ) -> impl Future<Output = Result<LedgerAnswer, Self::Error>> + Send;

    /// Returns what is left of a share to its window. A share given back late changes nothing.
    fn give_back(&self, quota: &str, share: Share) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// The ledger's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerAnswer {
    /// At least one unit, at most as many as asked for.
    Leased(Share),
    /// The window has none left.
    Exhausted { until: Timestamp },
}

/// Units of one window, to be used before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub units: u64,
    pub until: Timestamp,
}

/// How a process spreads the units it has leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Shape {
    /// As fast as they are asked for.
    Free,
    /// `burst` at once, then one more each time `every` has passed.
    Even {
        burst: NonZeroU32,
        #[serde(with = "crate::duration::positive")]
        every: Duration,
    },
}

/// The knobs of a quota within one process. The limit itself belongs to the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaConfig {
    /// How many units are leased at a time: more means fewer calls, and more units idle in one process.
    pub share: u64,
    pub shape: Shape,
    /// After the ledger said that nothing is left, it is asked again at most this often.
    #[serde(with = "crate::duration")]
    pub recheck: Duration,
}

impl Default for QuotaConfig {
    fn default() -> Self {
        Self { share: 16, shape: Shape::Free, recheck: Duration::from_secs(1) }
    }
}

/// May it be done?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaAnswer {
    Granted,
    /// There are units, but not yet for this one.
    Wait(Duration),
    /// The limit is reached; the next window begins at `until`.
    Exhausted {
        until: Timestamp,
    },
}

/// Why a quota gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum QuotaError<E: Error + 'static> {
    #[error("could not ask the ledger of quotas")]
    Ledger(#[source] E),
    #[error("{asked} units at once can never be granted: at most {burst} are")]
    OverBurst { asked: u64, burst: u32 },
    #[error("{asked} units at once can never be granted: a window has {limit}")]
    OverLimit { asked: u64, limit: u64 },
    #[error("a shape with no time between two units has no rate")]
    NoRate,
}

type Limiter = governor::RateLimiter<NotKeyed, InMemoryState, BootNanos, NoOpMiddleware<Nanos>>;

/// One quota as this process sees it. Clones share what was leased.
pub struct Quota<L> {
    inner: Arc<Inner<L>>,
}

struct Inner<L> {
    name: String,
    config: QuotaConfig,
    clock: Clock,
    ledger: L,
    limiter: Option<(Limiter, NonZeroU32)>,
    metrics: QuotaMetrics,
    purse: Mutex<Purse>,
}

/// What is left of the leased share.
#[derive(Debug, Default)]
struct Purse {
    share: Option<Held>,
    /// The ledger had nothing: until when, and when to ask again.
    exhausted: Option<(Timestamp, BootTime)>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    share: Share,
    /// `share.until` on the boot clock, for a wall clock that is set back.
    ends: BootTime,
}

impl<L: QuotaLedger> Quota<L> {
    /// `kind` is what the metrics call it: one for all quotas of the same sort.
    pub fn new(
        name: impl Into<String>,
        kind: &'static str,
        config: QuotaConfig,
        clock: Clock,
        metrics: &Metrics,
        ledger: L,
    ) -> Result<Self, QuotaError<L::Error>> {
        let limiter = limiter(config.shape, &clock).map_err(|NoRate| QuotaError::NoRate)?;
        let inner = Inner {
            name: name.into(),
            config,
            clock,
            ledger,
            limiter,
            metrics: metrics.for_quota(kind),
            purse: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Takes `units`, all or none. More than a window ever has is refused at once, and takes nothing from it.
    pub async fn take(&self, units: u64) -> Result<QuotaAnswer, QuotaError<L::Error>> {
        let inner = &self.inner;
        let limit = inner.ledger.limit();
        if units > limit {
            return Err(QuotaError::OverLimit { asked: units, limit });
        }
        let shaped = inner.shaped(units)?;
        let mut purse = inner.purse.lock().await;
        let answer = match inner.fill(&mut purse, units).await? {
            Filled::Exhausted { until } => QuotaAnswer::Exhausted { until },
            Filled::Enough => match shaped.map_or(Ok(()), |cells| inner.shape(cells)) {
                Err(wait) => QuotaAnswer::Wait(wait),
                Ok(()) => {
                    purse.spend(units);
                    QuotaAnswer::Granted
                }
            },
        };
        inner.note(units, answer);
        Ok(answer)
    }

    /// Returns what was leased and not used, at a stop.
    pub async fn give_back(&self) -> Result<(), QuotaError<L::Error>> {
        let held = self.inner.purse.lock().await.share.take();
        match held.filter(|held| held.share.units > 0) {
            Some(held) => {
                self.inner.ledger.give_back(&self.inner.name, held.share).await.map_err(QuotaError::Ledger)
            }
            None => Ok(()),
        }
    }
}

/// Can the purse pay?
enum Filled {
    Enough,
    Exhausted { until: Timestamp },
}

impl<L: QuotaLedger> Inner<L> {
    /// Leases until the purse holds `units` of the window that it is now.
    async fn fill(&self, purse: &mut Purse, units: u64) -> Result<Filled, QuotaError<L::Error>> {
        loop {
            let (now, boot) = (self.clock.now(), self.clock.boot());
            purse.drop_ended(now, boot);
            let held = purse.units();
            if held >= units {
                return Ok(Filled::Enough);
            }
            if let Some((until, _)) = purse.exhausted.filter(|(until, again)| boot < *again && now < *until) {
                return Ok(Filled::Exhausted { until });
            }
            let want = self.config.share.max(units - held);
            match self.ledger.lease(&self.name, want, now).await.map_err(QuotaError::Ledger)? {
                LedgerAnswer::Leased(share) if share.units > 0 => {
                    purse.add(share, boot.plus(share.until.since(now)));
                }
                LedgerAnswer::Leased(Share { until, .. }) | LedgerAnswer::Exhausted { until } => {
                    purse.exhausted = Some((until, boot.plus(self.config.recheck)));
                    return Ok(Filled::Exhausted { until });
                }
            }
        }
    }

    /// The cells to ask the limiter for, if there is one.
    fn shaped(&self, units: u64) -> Result<Option<NonZeroU32>, QuotaError<L::Error>> {
        let Some((_, burst)) = &self.limiter else { return Ok(None) };
        match u32::try_from(units) {
            Ok(cells) if cells <= burst.get() => Ok(NonZeroU32::new(cells)),
            _ => Err(QuotaError::OverBurst { asked: units, burst: burst.get() }),
        }
    }

    fn shape(&self, cells: NonZeroU32) -> Result<(), Duration> {
        let Some((limiter, _)) = &self.limiter else { return Ok(()) };
        match limiter.check_n(cells) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_yet)) => Err(not_yet.wait_time_from(BootNanos(self.clock.clone()).now())),
            // More cells than the burst were refused before, by `shaped`.
            Err(_) => Err(Duration::MAX),
        }
    }

    fn note(&self, units: u64, answer: QuotaAnswer) {
        match answer {
            QuotaAnswer::Granted => {
                self.metrics.granted.inc();
                self.metrics.units.inc_by(units);
            }
            QuotaAnswer::Wait(_) => {
                self.metrics.waiting.inc();
            }
            QuotaAnswer::Exhausted { .. } => {
                self.metrics.exhausted.inc();
            }
        }
    }
}

impl Purse {
    fn units(&self) -> u64 {
        self.share.map_or(0, |held| held.share.units)
    }

    fn drop_ended(&mut self, now: Timestamp, boot: BootTime) {
        self.share = self.share.filter(|held| now < held.share.until && boot < held.ends);
    }

    /// Adds a share of the same window; one of another window replaces what is left.
    fn add(&mut self, share: Share, ends: BootTime) {
        self.exhausted = None;
        let before = self.share.filter(|held| held.share.until == share.until);
        self.share = Some(match before {
            Some(held) => {
                let units = held.share.units.saturating_add(share.units);
                Held { share: Share { units, ..share }, ends: held.ends.min(ends) }
            }
            None => Held { share, ends },
        });
    }

    const fn spend(&mut self, units: u64) {
        if let Some(held) = &mut self.share {
            held.share.units = held.share.units.saturating_sub(units);
        }
    }
}

struct NoRate;

fn limiter(shape: Shape, clock: &Clock) -> Result<Option<(Limiter, NonZeroU32)>, NoRate> {
    let Shape::Even { burst, every } = shape else { return Ok(None) };
    let rate = governor::Quota::with_period(every).ok_or(NoRate)?.allow_burst(burst);
    Ok(Some((Limiter::direct_with_clock(rate, BootNanos(clock.clone())), burst)))
}

/// The boot clock, as `governor` reads it.
#[derive(Debug, Clone)]
struct BootNanos(Clock);

impl GovernorClock for BootNanos {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.0.boot().nanos())
    }
}

impl<L> Clone for Quota<L> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<L> fmt::Debug for Quota<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quota").field("name", &self.inner.name).field("config", &self.inner.config).finish()
    }
}
