//! Tests of the lease driver against a source that keeps its leases as a store would, on a clock moved by hand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::{BuildInfo, Channel, ManualClock, Shutdown, StopReason, TaskHandle, Wakeups};

const WORK: Channel = Channel::new("work");
const LENGTH: Duration = Duration::from_secs(30);

/// A lease as a store keeps it: when it ends and whose it is.
#[derive(Debug, Clone, Copy)]
struct Row {
    until: Timestamp,
    token: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lease {
    job: u32,
    token: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("the store is away")]
struct Away;

/// Jobs that can be leased, with faults.
#[derive(Clone, Default)]
struct Jobs(Arc<Mutex<JobTable>>);

#[derive(Default)]
struct JobTable {
    waiting: Vec<u32>,
    rows: BTreeMap<u32, Row>,
    tokens: u64,
    asks: Vec<usize>,
    renewals: u32,
    fault: Fault,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    Errors,
    Hangs,
    GivesTooMany,
}

impl Jobs {
    fn table(&self) -> std::sync::MutexGuard<'_, JobTable> {
        self.0.lock().unwrap()
    }

    fn add(&self, jobs: impl IntoIterator<Item = u32>) {
        self.table().waiting.extend(jobs);
    }

    fn take_over(&self, job: u32) {
        let mut table = self.table();
        table.tokens += 1;
        let token = table.tokens;
        table.rows.get_mut(&job).unwrap().token = token;
    }

    async fn fault(&self) -> Result<(), Away> {
        let fault = self.table().fault;
        match fault {
            Fault::None | Fault::GivesTooMany => Ok(()),
            Fault::Errors => Err(Away),
            Fault::Hangs => std::future::pending().await,
        }
    }
}

impl LeaseSource for Jobs {
    type Lease = Lease;
    type Error = Away;

    async fn acquire(&self, ask: LeaseAsk) -> Result<Vec<Lease>, Away> {
        self.table().asks.push(ask.at_most);
        self.fault().await?;
        let mut table = self.table();
        let most = ask.at_most + if table.fault == Fault::GivesTooMany { 2 } else { 0 };
        let count = most.min(table.waiting.len());
        let jobs: Vec<u32> = table.waiting.drain(..count).collect();
        let leased = jobs.into_iter().map(|job| {
            table.tokens += 1;
            let token = table.tokens;
            table.rows.insert(job, Row { until: ask.now.plus(ask.length), token });
            Lease { job, token }
        });
        Ok(leased.collect())
    }

    async fn renew(&self, lease: &Lease, now: Timestamp, length: Duration) -> Result<Renewal, Away> {
        self.table().renewals += 1;
        self.fault().await?;
        let mut table = self.table();
        let row = table.rows.get_mut(&lease.job).unwrap();
        if row.token != lease.token || row.until <= now {
            return Ok(Renewal::Lost);
        }
        row.until = now.plus(length);
        Ok(Renewal::Renewed)
    }
}

/// What became of the work on each job.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Note {
    Started(u32),
    Finished(u32),
    Lost(u32, LeaseLost),
}

struct House {
    clock: Clock,
    hand: ManualClock,
    shutdown: Shutdown,
    tasks: Tasks,
    wakeups: Wakeups,
    metrics: Metrics,
    jobs: Jobs,
    notes: Arc<Mutex<Vec<Note>>>,
}

impl House {
    fn new() -> Self {
        let (clock, hand) = Clock::manual("2026-11-21T08:30:00Z".parse().unwrap());
        let shutdown = Shutdown::new();
        Self {
            hand,
            tasks: Tasks::new(shutdown.clone()),
            shutdown,
            wakeups: Wakeups::new(clock.clone()),
            clock,
            metrics: Metrics::new(BuildInfo { version: "1", revision: "r" }).unwrap(),
            jobs: Jobs::default(),
            notes: Arc::default(),
        }
    }

    fn setup(&self, permits: usize) -> LeaseSetup {
        let backoff = BackoffConfig { initial: Duration::from_secs(1), cap: Duration::from_secs(4) };
        LeaseSetup {
            name: "runs",
            config: LeaseConfig {
                permits: NonZeroUsize::new(permits).unwrap(),
                length: LENGTH,
                poll: Duration::from_secs(5),
                farewell: Duration::from_secs(2),
                backoff,
            },
            clock: self.clock.clone(),
            randomness: Randomness::seeded(4),
            tasks: self.tasks.clone(),
            wakeups: self.wakeups.subscribe(&[WORK]),
        }
    }

    /// Starts a driver whose work takes `takes` and notes what happens.
    fn start(&self, permits: usize, takes: Duration) -> (TaskHandle<()>, watch::Receiver<LeaseStatus>) {
        let (clock, notes) = (self.clock.clone(), Arc::clone(&self.notes));
        let work = move |lease: Arc<Lease>, hold: Hold| {
            let (clock, notes) = (clock.clone(), Arc::clone(&notes));
            async move {
                notes.lock().unwrap().push(Note::Started(lease.job));
                let note = tokio::select! {
                    biased;
                    lost = hold.lost() => Note::Lost(lease.job, lost),
                    () = clock.sleep(takes) => Note::Finished(lease.job),
                };
                notes.lock().unwrap().push(note);
            }
        };
        let driver = LeaseDriver::new(self.setup(permits), &self.metrics, self.jobs.clone(), work);
        let status = driver.status();
        (self.tasks.spawn("driver", driver.run(Stop::from(self.shutdown.clone()))), status)
    }

    fn notes(&self) -> Vec<Note> {
        self.notes.lock().unwrap().clone()
    }

    async fn pass_time(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds)).await;
    }
}

#[tokio::test]
async fn no_more_is_asked_for_than_permits_are_free() {
    let house = House::new();
    house.jobs.add(1..=5);
    let (_driver, status) = house.start(3, Duration::from_secs(20));
    house.pass_time(1).await;
    assert_eq!(house.jobs.table().asks, [3]);
    assert_eq!(status.borrow().held, 3);
    house.pass_time(20).await;
    let asks = house.jobs.table().asks.clone();
    assert!(asks[1..].iter().sum::<usize>() >= 3 && asks.iter().all(|ask| *ask <= 3), "{asks:?}");
    assert_eq!(house.notes().iter().filter(|note| matches!(note, Note::Started(_))).count(), 5);
    house.pass_time(20).await;
    assert_eq!(status.borrow().held, 0);
    let text = house.metrics.render();
    assert!(text.contains("signalbox_leases_ended_total{driver=\"runs\",end=\"finished\"} 5\n"), "{text}");
}

#[tokio::test]
async fn new_work_is_found_by_wake_up_at_once_and_without_it_by_polling() {
    let house = House::new();
    let (_driver, _status) = house.start(2, Duration::from_secs(600));
    house.pass_time(1).await;
    house.jobs.add([1]);
    house.wakeups.wake(WORK);
    house.pass_time(0).await;
    assert_eq!(house.notes(), [Note::Started(1)]);
    house.jobs.add([2]);
    house.pass_time(5).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Started(2)]);
}

#[tokio::test]
async fn a_long_work_is_renewed_at_each_third_and_keeps_its_lease() {
    let house = House::new();
    house.jobs.add([1]);
    let (_driver, _status) = house.start(1, Duration::from_secs(125));
    house.pass_time(124).await;
    assert_eq!(house.jobs.table().renewals, 12, "every ten seconds");
    house.pass_time(1).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Finished(1)]);
}

#[tokio::test]
async fn a_lease_taken_over_stops_its_work_only() {
    let house = House::new();
    house.jobs.add([1, 2]);
    let (_driver, _status) = house.start(2, Duration::from_secs(60));
    house.pass_time(1).await;
    house.jobs.take_over(1);
    house.pass_time(9).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Started(2), Note::Lost(1, LeaseLost::Taken)]);
    house.pass_time(60).await;
    assert_eq!(house.notes().last(), Some(&Note::Finished(2)));
}

#[tokio::test]
async fn a_machine_that_slept_stops_its_work_and_does_not_renew() {
    let house = House::new();
    house.jobs.add([1]);
    let (_driver, status) = house.start(1, Duration::from_secs(600));
    house.pass_time(15).await;
    assert_eq!(house.jobs.table().renewals, 1);
    house.hand.jump(Duration::from_secs(3_600));
    house.pass_time(0).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Lost(1, LeaseLost::Expired)]);
    assert_eq!(house.jobs.table().renewals, 1, "a lease that ran out is not asked for again");
    assert_eq!(status.borrow().held, 0);
}

/// Each turn that work got, with what its lease said then. The bell, not the clock, wakes the task first.
async fn turns_around_a_sleep(farewell: Duration) -> Vec<Result<Duration, LeaseLost>> {
    let house = House::new();
    house.jobs.add([1]);
    let (ring, bell) = watch::channel(0_u32);
    let turns = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&turns);
    let work = move |_lease: Arc<Lease>, hold: Hold| {
        let (mut bell, noted) = (bell.clone(), Arc::clone(&noted));
        async move {
            while bell.changed().await.is_ok() {
                noted.lock().unwrap().push(hold.check());
            }
        }
    };
    let mut setup = house.setup(1);
    setup.config.farewell = farewell;
    let driver = LeaseDriver::new(setup, &house.metrics, house.jobs.clone(), work);
    house.tasks.spawn("driver", driver.run(Stop::from(house.shutdown.clone())));
    house.pass_time(1).await;
    ring.send_replace(1);
    house.pass_time(0).await;
    ring.send_replace(2);
    house.hand.jump(Duration::from_secs(60));
    house.pass_time(0).await;
    turns.lock().unwrap().clone()
}

#[tokio::test]
async fn work_gets_no_turn_after_a_sleep_without_knowing_that_its_lease_is_lost() {
    let before = Ok(Duration::from_secs(29));
    assert_eq!(turns_around_a_sleep(Duration::ZERO).await, [before]);
    let farewell = turns_around_a_sleep(Duration::from_secs(2)).await;
    assert_eq!(farewell, [before, Err(LeaseLost::Expired)]);
}

#[tokio::test]
async fn a_wall_clock_set_back_changes_nothing() {
    let house = House::new();
    house.jobs.add([1]);
    let (_driver, _status) = house.start(1, Duration::from_secs(40));
    house.pass_time(5).await;
    house.hand.set_wall(house.clock.now().minus(Duration::from_secs(7_200)));
    house.pass_time(35).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Finished(1)]);
}

#[tokio::test]
async fn a_store_that_is_away_for_a_while_costs_no_lease_and_for_too_long_does() {
    let house = House::new();
    house.jobs.add([1]);
    let (_driver, _status) = house.start(1, Duration::from_secs(600));
    house.pass_time(9).await;
    house.jobs.table().fault = Fault::Errors;
    house.pass_time(15).await;
    house.jobs.table().fault = Fault::None;
    house.pass_time(60).await;
    assert_eq!(house.notes(), [Note::Started(1)], "fifteen seconds are less than what was left");
    house.jobs.table().fault = Fault::Errors;
    house.pass_time(LENGTH.as_secs()).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Lost(1, LeaseLost::Expired)]);
    assert!(!house.metrics.render().contains("lease_errors_total{driver=\"runs\",step=\"renew\"} 0\n"));
}

#[tokio::test]
async fn a_renewal_that_hangs_ends_with_the_lease() {
    let house = House::new();
    house.jobs.add([1]);
    let (_driver, _status) = house.start(1, Duration::from_secs(600));
    house.pass_time(5).await;
    house.jobs.table().fault = Fault::Hangs;
    house.pass_time(24).await;
    assert_eq!(house.notes(), [Note::Started(1)]);
    house.pass_time(1).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Lost(1, LeaseLost::Expired)]);
}

#[tokio::test]
async fn work_that_ignores_the_loss_is_dropped_after_its_farewell() {
    let house = House::new();
    house.jobs.add([1]);
    let alive = Arc::new(());
    let seen = Arc::clone(&alive);
    let work = move |_lease: Arc<Lease>, _hold: Hold| {
        let alive = Arc::clone(&alive);
        async move {
            std::future::pending::<()>().await;
            drop(alive);
        }
    };
    let driver = LeaseDriver::new(house.setup(1), &house.metrics, house.jobs.clone(), work);
    house.tasks.spawn("driver", driver.run(Stop::from(house.shutdown.clone())));
    house.pass_time(1).await;
    house.jobs.take_over(1);
    house.pass_time(10).await;
    assert_eq!(Arc::strong_count(&seen), 3, "lost, but still in its farewell");
    house.pass_time(1).await;
    assert_eq!(Arc::strong_count(&seen), 2, "the work is gone, the driver lives");
}

#[tokio::test]
async fn a_stop_takes_nothing_new_and_waits_for_what_is_held() {
    let house = House::new();
    house.jobs.add([1, 2]);
    let (driver, status) = house.start(2, Duration::from_secs(100));
    house.pass_time(1).await;
    house.jobs.add([3]);
    house.shutdown.stop(StopReason::Asked("test"));
    house.wakeups.wake(WORK);
    house.pass_time(98).await;
    assert_eq!(status.borrow().held, 2, "still renewed while it drains");
    assert!(house.tasks.living().contains(&"driver".into()));
    house.pass_time(1).await;
    driver.await.unwrap();
    let notes = house.notes();
    assert_eq!(notes[2..], [Note::Finished(1), Note::Finished(2)]);
    assert_eq!(house.jobs.table().waiting, [3]);
}

#[tokio::test]
async fn failed_asks_back_off_and_are_told() {
    let house = House::new();
    house.jobs.table().fault = Fault::Errors;
    let (_driver, status) = house.start(2, Duration::from_secs(1));
    house.pass_time(60).await;
    let asks = house.jobs.table().asks.len();
    assert!((15..200).contains(&asks), "at least every 4 s, and not in a storm: {asks}");
    assert_eq!(status.borrow().last_error.as_deref(), Some("the store is away"));
    house.jobs.table().fault = Fault::None;
    house.jobs.add([1]);
    house.pass_time(5).await;
    assert_eq!(house.notes(), [Note::Started(1), Note::Finished(1)]);
    assert_eq!(status.borrow().last_error, None);
}

#[tokio::test]
async fn a_source_that_gives_too_many_does_not_overfill() {
    let house = House::new();
    house.jobs.table().fault = Fault::GivesTooMany;
    house.jobs.add(1..=4);
    let (_driver, status) = house.start(2, Duration::from_secs(10));
    house.pass_time(1).await;
    assert_eq!(status.borrow().held, 2);
}
