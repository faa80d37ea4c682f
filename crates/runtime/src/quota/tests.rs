//! Tests of quotas: one process by itself, and many that share one ledger while time moves and processes die.

use std::collections::BTreeMap;
use std::sync::{Mutex as StdMutex, MutexGuard};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::*;
use crate::{BuildInfo, ManualClock};

const WINDOW: Duration = Duration::from_secs(60);

/// A ledger as a store keeps it: units used, by the end of their window. May be slow and may be away.
#[derive(Clone)]
struct Ledger {
    limit: u64,
    hand: ManualClock,
    state: Arc<StdMutex<LedgerState>>,
}

#[derive(Default)]
struct LedgerState {
    used: BTreeMap<Timestamp, u64>,
    asks: u32,
    slow: Duration,
    away: Option<()>,
}

#[derive(Debug, thiserror::Error)]
#[error("the store is away")]
struct Away;

impl Ledger {
    fn new(limit: u64, hand: &ManualClock) -> Self {
        Self { limit, hand: hand.clone(), state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, LedgerState> {
        self.state.lock().unwrap()
    }
}

fn window_end(now: Timestamp) -> Timestamp {
    let window = i64::try_from(WINDOW.as_micros()).unwrap();
    Timestamp::from_micros((now.micros().div_euclid(window) + 1) * window)
}

impl QuotaLedger for Ledger {
    type Error = Away;

    fn limit(&self) -> u64 {
        self.limit
    }

    async fn lease(&self, _quota: &str, units: u64, now: Timestamp) -> Result<LedgerAnswer, Away> {
        let mut state = self.state();
        state.asks += 1;
        if state.away.is_some() {
            return Err(Away);
        }
        let until = window_end(now);
        let used = state.used.entry(until).or_default();
        let units = units.min(self.limit - *used);
        *used += units;
        // The answer travels after the units were counted.
        self.hand.jump(std::mem::take(&mut state.slow));
        Ok(if units == 0 {
            LedgerAnswer::Exhausted { until }
        } else {
            LedgerAnswer::Leased(Share { units, until })
        })
    }

    async fn give_back(&self, _quota: &str, share: Share) -> Result<(), Away> {
        *self.state().used.entry(share.until).or_default() -= share.units;
        Ok(())
    }
}

struct House {
    clock: Clock,
    hand: ManualClock,
    metrics: Metrics,
    ledger: Ledger,
}

impl House {
    fn new(limit: u64) -> Self {
        let (clock, hand) = Clock::manual("2026-11-21T08:30:00Z".parse().unwrap());
        let metrics = Metrics::new(BuildInfo { version: "1", revision: "r" }).unwrap();
        Self { ledger: Ledger::new(limit, &hand), clock, hand, metrics }
    }

    fn process(&self, share: u64, shape: Shape) -> Quota<Ledger> {
        let config = QuotaConfig { share, shape, recheck: Duration::from_secs(1) };
        Quota::new("starts", "starts", config, self.clock.clone(), &self.metrics, self.ledger.clone())
            .unwrap()
    }
}

fn even(burst: u32, seconds: u64) -> Shape {
    Shape::Even { burst: NonZeroU32::new(burst).unwrap(), every: Duration::from_secs(seconds) }
}

#[tokio::test]
async fn a_share_saves_calls_and_the_limit_holds_until_the_next_window() {
    let house = House::new(10);
    let quota = house.process(4, Shape::Free);
    for _ in 0..10 {
        assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    }
    assert_eq!(house.ledger.state().asks, 3);
    let until = "2026-11-21T08:31:00Z".parse().unwrap();
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Exhausted { until });
    house.hand.jump(WINDOW);
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    let text = house.metrics.render();
    assert!(text.contains("signalbox_quota_units_granted_total{quota=\"starts\"} 11\n"), "{text}");
}

#[tokio::test]
async fn an_exhausted_ledger_is_not_hammered_but_asked_again() {
    let house = House::new(4);
    let (greedy, other) = (house.process(4, Shape::Free), house.process(4, Shape::Free));
    assert_eq!(greedy.take(1).await.unwrap(), QuotaAnswer::Granted);
    for _ in 0..100 {
        assert!(matches!(other.take(1).await.unwrap(), QuotaAnswer::Exhausted { .. }));
    }
    assert_eq!(house.ledger.state().asks, 2);
    greedy.give_back().await.unwrap();
    assert!(matches!(other.take(1).await.unwrap(), QuotaAnswer::Exhausted { .. }), "not within the second");
    house.hand.jump(Duration::from_secs(1));
    assert_eq!(other.take(3).await.unwrap(), QuotaAnswer::Granted, "what was given back is there for others");
    assert!(matches!(other.take(1).await.unwrap(), QuotaAnswer::Exhausted { .. }));
}

#[tokio::test]
async fn units_are_taken_all_or_none() {
    let house = House::new(5);
    let quota = house.process(2, Shape::Free);
    assert_eq!(quota.take(3).await.unwrap(), QuotaAnswer::Granted);
    assert!(matches!(quota.take(3).await.unwrap(), QuotaAnswer::Exhausted { .. }));
    assert_eq!(
        quota.take(2).await.unwrap(),
        QuotaAnswer::Granted,
        "the two that were leased are still there"
    );
    assert_eq!(quota.take(0).await.unwrap(), QuotaAnswer::Granted);
}

#[tokio::test]
async fn more_than_a_window_has_is_refused_at_once_and_takes_nothing() {
    let house = House::new(5);
    let quota = house.process(2, Shape::Free);
    let refused = quota.take(6).await.unwrap_err();
    assert_eq!(refused.to_string(), "6 units at once can never be granted: a window has 5");
    assert!(matches!(refused, QuotaError::OverLimit { asked: 6, limit: 5 }));
    assert_eq!(house.ledger.state().asks, 0, "the ledger was not asked, so nothing is idle in this process");
    assert_eq!(house.process(2, Shape::Free).take(5).await.unwrap(), QuotaAnswer::Granted);
}

#[tokio::test]
async fn a_shape_spreads_and_says_how_long_to_wait() {
    let house = House::new(100);
    let quota = house.process(100, even(2, 5));
    assert_eq!(quota.take(2).await.unwrap(), QuotaAnswer::Granted);
    let QuotaAnswer::Wait(wait) = quota.take(1).await.unwrap() else { panic!("the burst is used up") };
    assert!(wait > Duration::from_millis(4_900) && wait <= Duration::from_secs(5), "{wait:?}");
    house.hand.jump(wait);
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    assert!(matches!(quota.take(1).await.unwrap(), QuotaAnswer::Wait(_)));
    let error = quota.take(3).await.unwrap_err();
    assert!(matches!(error, QuotaError::OverBurst { asked: 3, burst: 2 }), "{error}");
    quota.give_back().await.unwrap();
    assert_eq!(house.ledger.state().used.values().sum::<u64>(), 3, "a wait spends nothing");
}

#[tokio::test]
async fn a_shape_without_a_rate_is_refused() {
    let house = House::new(1);
    let shape = Shape::Even { burst: NonZeroU32::MIN, every: Duration::ZERO };
    let config = QuotaConfig { shape, ..QuotaConfig::default() };
    let refused = Quota::new("x", "x", config, house.clock.clone(), &house.metrics, house.ledger.clone());
    assert!(matches!(refused.unwrap_err(), QuotaError::NoRate));
}

#[tokio::test]
async fn a_share_ends_with_its_window_also_when_the_wall_clock_is_set_back() {
    let house = House::new(10);
    let quota = house.process(10, Shape::Free);
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    let start = house.clock.now();
    house.hand.jump(WINDOW);
    house.hand.set_wall(start);
    assert!(
        matches!(quota.take(1).await.unwrap(), QuotaAnswer::Exhausted { .. }),
        "the nine units are a minute old, and the window that the wall clock shows is used up"
    );
}

#[tokio::test]
async fn units_are_given_back_only_to_the_window_they_came_from() {
    let house = House::new(10);
    let quota = house.process(4, Shape::Free);
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    let before = house.clock.now().minus(WINDOW);
    house.hand.set_wall(before);
    assert_eq!(quota.take(4).await.unwrap(), QuotaAnswer::Granted);
    quota.give_back().await.unwrap();
    assert_eq!(house.ledger.state().used[&window_end(before)], 4, "all four were used");
}

#[tokio::test]
async fn a_ledger_that_is_away_is_an_error_and_never_a_grant() {
    let house = House::new(10);
    let quota = house.process(2, Shape::Free);
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted);
    house.ledger.state().away = Some(());
    assert_eq!(quota.take(1).await.unwrap(), QuotaAnswer::Granted, "out of what was leased before");
    assert!(matches!(quota.take(1).await.unwrap_err(), QuotaError::Ledger(Away)));
}

#[derive(Debug, Clone)]
enum Op {
    Take {
        process: usize,
        units: u64,
    },
    GiveBack {
        process: usize,
    },
    /// The process dies and another starts in its place: what it held is lost.
    Crash {
        process: usize,
    },
    Pass {
        seconds: u64,
    },
    /// The ledger's next answer comes this late.
    Slow {
        seconds: u64,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let process = 0..4_usize;
    prop_oneof![
        8 => (process.clone(), 0..9_u64).prop_map(|(process, units)| Op::Take { process, units }),
        1 => process.clone().prop_map(|process| Op::GiveBack { process }),
        1 => process.prop_map(|process| Op::Crash { process }),
        2 => (0..40_u64).prop_map(|seconds| Op::Pass { seconds }),
        1 => (0..70_u64).prop_map(|seconds| Op::Slow { seconds: if seconds < 50 { 0 } else { seconds } }),
    ]
}

async fn never_over_the_limit(limit: u64, share: u64, ops: Vec<Op>) -> Result<(), TestCaseError> {
    let house = House::new(limit);
    let mut processes: Vec<_> = (0..4).map(|_| house.process(share, Shape::Free)).collect();
    let mut granted: BTreeMap<Timestamp, u64> = BTreeMap::new();
    for op in ops {
        match op {
            Op::Take { process, units } => {
                let answer = processes[process].take(units).await;
                let is_too_much = matches!(answer, Err(QuotaError::OverLimit { .. }));
                prop_assert_eq!(is_too_much, units > limit, "{} of {}: {:?}", units, limit, answer);
                if matches!(answer, Ok(QuotaAnswer::Granted)) {
                    *granted.entry(window_end(house.clock.now())).or_default() += units;
                }
            }
            Op::GiveBack { process } => processes[process].give_back().await.unwrap(),
            Op::Crash { process } => processes[process] = house.process(share, Shape::Free),
            Op::Pass { seconds } => house.hand.jump(Duration::from_secs(seconds)),
            Op::Slow { seconds } => house.ledger.state().slow = Duration::from_secs(seconds),
        }
        for (window, units) in &granted {
            prop_assert!(*units <= limit, "{units} of {limit} in the window until {window}");
        }
    }
    Ok(())
}

/// The same cases at every run; what fails is printed whole.
fn fixed() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(20),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(fixed())]

    #[test]
    fn processes_together_never_exceed_the_limit(
        limit in 1..60_u64,
        share in 1..30_u64,
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(never_over_the_limit(limit, share, ops))?;
    }
}

#[test]
fn settings_name_their_shape() {
    let text = r#"{"share":5,"shape":{"even":{"burst":2,"every":"3s"}}}"#;
    let config: QuotaConfig = serde_json::from_str(text).unwrap();
    assert_eq!((config.share, config.shape), (5, even(2, 3)));
    assert!(serde_json::from_str::<QuotaConfig>(r#"{"shape":{"even":{"burst":0,"every":"3s"}}}"#).is_err());
}
