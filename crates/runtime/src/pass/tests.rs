//! Tests of the pass driver, on a clock moved by hand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::{BuildInfo, Channel, ManualClock, Shutdown, StatusBoard, StopReason, TaskHandle, Tasks, Wakeups};

const SIGNALS: Channel = Channel::new("signals");
const PERIOD: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
#[error("could not read the signals")]
struct Unreadable(#[source] std::io::Error);

type Answer = Result<PassEnd<u64>, Unreadable>;

/// What the pass under test does each time: the answers in turn, then the last one again.
struct House {
    clock: Clock,
    hand: ManualClock,
    wakeups: Wakeups,
    metrics: Metrics,
    shutdown: Shutdown,
    tasks: Tasks,
    starts: Arc<Mutex<Vec<u64>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl House {
    fn new() -> Self {
        let (clock, hand) = Clock::manual(Timestamp::EPOCH);
        let shutdown = Shutdown::new();
        Self {
            wakeups: Wakeups::new(clock.clone()),
            clock,
            hand,
            metrics: Metrics::new(BuildInfo { version: "1", revision: "r" }).unwrap(),
            tasks: Tasks::new(shutdown.clone()),
            shutdown,
            starts: Arc::default(),
            most_at_once: Arc::default(),
        }
    }

    fn setup(&self) -> PassSetup {
        let backoff = BackoffConfig { initial: Duration::from_secs(4), cap: Duration::from_secs(8) };
        PassSetup {
            name: "planner",
            config: PassConfig { period: PERIOD, limit: Duration::from_secs(60), backoff },
            clock: self.clock.clone(),
            randomness: Randomness::seeded(2),
            wakeups: self.wakeups.subscribe(&[SIGNALS]),
        }
    }

    /// Starts a pass that takes `takes` and answers by its number.
    fn start(
        &self,
        takes: Duration,
        mut answer: impl FnMut(u64) -> Answer + Send + 'static,
    ) -> (TaskHandle<()>, watch::Receiver<PassStatus<u64>>) {
        let (clock, starts) = (self.clock.clone(), Arc::clone(&self.starts));
        let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&self.most_at_once));
        let mut number = 0;
        let driver = PassDriver::new(self.setup(), &self.metrics, move |now| {
            number += 1;
            starts.lock().unwrap().push(now.since(Timestamp::EPOCH).as_secs());
            let (clock, at_once, most) = (clock.clone(), Arc::clone(&at_once), Arc::clone(&most));
            let answer = answer(number);
            async move {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                clock.sleep(takes).await;
                at_once.fetch_sub(1, Ordering::SeqCst);
                answer
            }
        });
        let status = driver.status();
        (self.tasks.spawn("pass", driver.run(Stop::from(self.shutdown.clone()))), status)
    }

    fn starts(&self) -> Vec<u64> {
        self.starts.lock().unwrap().clone()
    }

    async fn pass_time(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds)).await;
    }
}

fn done(report: u64, next: NextPass) -> Answer {
    Ok(PassEnd { report, next })
}

fn failed() -> Answer {
    Err(Unreadable(std::io::Error::other("no such disk")))
}

#[tokio::test]
async fn without_wake_ups_a_pass_runs_every_period() {
    let house = House::new();
    let (_driver, status) = house.start(Duration::from_secs(2), |number| done(number, NextPass::AtPeriod));
    house.pass_time(36).await;
    assert_eq!(house.starts(), [0, 12, 24, 36]);
    let status = status.borrow();
    assert_eq!(status.activity, Activity::Running { since: Timestamp::EPOCH.plus(Duration::from_secs(36)) });
    assert_eq!((status.runs, status.last_report), (3, Some(3)));
    let last = status.last.clone().unwrap();
    assert_eq!((last.took, last.outcome), (Duration::from_secs(2), PassOutcome::Succeeded));
}

#[tokio::test]
async fn a_wake_up_brings_the_pass_forward_and_never_runs_two() {
    let house = House::new();
    let (_driver, _status) = house.start(Duration::from_secs(2), |number| done(number, NextPass::AtPeriod));
    house.pass_time(5).await;
    house.wakeups.wake(SIGNALS);
    house.pass_time(1).await;
    for _ in 0..5 {
        house.wakeups.wake(SIGNALS);
    }
    house.pass_time(4).await;
    assert_eq!(house.starts(), [0, 5, 7], "what is woken during a pass runs once after it");
    assert_eq!(house.most_at_once.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_pass_answers_every_wake_up_before_its_start() {
    let house = House::new();
    let (_driver, _status) = house.start(Duration::ZERO, |number| done(number, NextPass::AtPeriod));
    house.wakeups.wake(SIGNALS);
    house.pass_time(9).await;
    assert_eq!(house.starts(), [0]);
}

#[tokio::test]
async fn a_pass_can_ask_to_be_followed_at_once_or_soon() {
    let house = House::new();
    let (_driver, status) = house.start(Duration::ZERO, |number| match number {
        1 | 2 => done(number, NextPass::AtOnce),
        3 => done(number, NextPass::Within(Duration::from_secs(3))),
        _ => done(number, NextPass::Within(Duration::from_secs(3_600))),
    });
    house.pass_time(13).await;
    assert_eq!(house.starts(), [0, 0, 0, 3, 13], "the period bounds every wait");
    let until = Timestamp::EPOCH.plus(Duration::from_secs(23));
    assert_eq!(status.borrow().activity, Activity::Waiting { until });
}

#[tokio::test]
async fn failures_back_off_deaf_to_wake_ups_and_are_told() {
    let house = House::new();
    let (_driver, status) =
        house.start(
            Duration::ZERO,
            |number| if number < 20 { failed() } else { done(number, NextPass::AtPeriod) },
        );
    house.pass_time(0).await;
    for _ in 0..30 {
        house.wakeups.wake(SIGNALS);
        house.hand.advance(Duration::from_millis(1)).await;
    }
    assert!(house.starts().len() <= 2, "wake-ups do not hammer: {:?}", house.starts());
    let failing = status.borrow().clone();
    assert_eq!(u64::from(failing.consecutive_failures), failing.runs);
    let error = "could not read the signals: no such disk".to_owned();
    assert_eq!(failing.last.unwrap().outcome, PassOutcome::Failed { error });
    assert_eq!(failing.last_report, None);
    house.pass_time(160).await;
    let well = status.borrow().clone();
    assert_eq!((well.consecutive_failures, well.last.unwrap().outcome), (0, PassOutcome::Succeeded));
    let text = house.metrics.render();
    assert!(text.contains("signalbox_pass_runs_total{pass=\"planner\",outcome=\"failed\"} 19\n"), "{text}");
    assert!(text.contains("signalbox_pass_consecutive_failures{pass=\"planner\"} 0\n"), "{text}");
}

#[tokio::test]
async fn a_pass_that_hangs_is_dropped_at_its_limit() {
    let house = House::new();
    let (_driver, status) =
        house.start(Duration::from_secs(9_999), |number| done(number, NextPass::AtPeriod));
    house.pass_time(60).await;
    let last = status.borrow().last.clone().unwrap();
    assert_eq!(last.outcome, PassOutcome::TimedOut { limit: Duration::from_secs(60) });
    house.pass_time(10).await;
    assert_eq!(house.starts().len(), 2, "and tried again");
}

#[tokio::test]
async fn a_stop_lets_the_pass_end_and_starts_no_other() {
    let house = House::new();
    let (driver, mut status) = house.start(Duration::from_secs(5), |number| done(number, NextPass::AtOnce));
    house.pass_time(7).await;
    house.shutdown.stop(StopReason::Asked("test"));
    house.pass_time(60).await;
    driver.await.unwrap();
    assert_eq!(house.starts(), [0, 5]);
    let last = status.borrow_and_update().clone();
    assert_eq!((last.activity, last.runs, last.last_report), (Activity::Stopped, 2, Some(2)));
}

#[tokio::test]
async fn a_stop_ends_a_wait_at_once() {
    let house = House::new();
    let (driver, _status) = house.start(Duration::ZERO, |number| done(number, NextPass::AtPeriod));
    house.pass_time(1).await;
    house.shutdown.stop(StopReason::Asked("test"));
    driver.await.unwrap();
}

#[tokio::test]
async fn once_is_one_pass_and_its_answer() {
    let house = House::new();
    let mut calls = 0;
    let mut driver = PassDriver::new(house.setup(), &house.metrics, |_now| {
        calls += 1;
        std::future::ready(if calls == 1 { done(7, NextPass::AtOnce) } else { failed() })
    });
    assert_eq!(driver.run_once().await.unwrap(), PassEnd { report: 7, next: NextPass::AtOnce });
    let error = driver.run_once().await.unwrap_err();
    assert_eq!(error_chain(&error), "the pass failed: could not read the signals: no such disk");
    assert_eq!(driver.status().borrow().runs, 2);
}

#[tokio::test]
async fn it_shows_itself_on_the_board() {
    let (house, board) = (House::new(), StatusBoard::default());
    let pass = |_now| std::future::ready(done(7, NextPass::AtPeriod));
    let mut driver = PassDriver::new(house.setup(), &house.metrics, pass).shown_on(&board);
    let name = driver.status().borrow().name;
    assert_eq!(board.read()[name]["activity"], "not_started");
    driver.run_once().await.unwrap();
    let shown = board.read();
    assert_eq!((&shown[name]["runs"], &shown[name]["last_report"]), (&1.into(), &7.into()));
}

#[test]
fn a_status_is_shown_as_it_stands() {
    let mut status = PassStatus::new("planner");
    let outcome = PassOutcome::TimedOut { limit: Duration::from_millis(1_500) };
    status.note(LastPass { started: Timestamp::EPOCH, took: Duration::from_secs(2), outcome }, Some(&5_u64));
    assert_eq!(
        serde_json::to_value(&status).unwrap(),
        serde_json::json!({
            "name": "planner", "activity": "not_started", "runs": 1, "consecutive_failures": 1, "last_report": 5,
            "last": {"started": "1970-01-01T00:00:00Z", "took_seconds": 2.0, "outcome": {"timed_out": {"limit_seconds": 1.5}}}
        })
    );
}
