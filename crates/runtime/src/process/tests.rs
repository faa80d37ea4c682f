//! Tests of the order and the bound of an end, on a clock moved by hand. Real signals are tested in `tests/`.

use std::sync::Mutex;

use super::*;
use crate::{ManualClock, Timestamp};

const DRAIN: Duration = Duration::from_secs(30);

#[derive(Debug, thiserror::Error)]
#[error("no space left")]
struct NoSpace;

struct House {
    process: Process,
    clock: Clock,
    hand: ManualClock,
    notes: Arc<Mutex<Vec<String>>>,
}

impl House {
    fn new() -> Self {
        let (clock, hand) = Clock::manual(Timestamp::EPOCH);
        let process = Process::new(ProcessConfig { drain: DRAIN }, clock.clone());
        Self { process, clock, hand, notes: Arc::default() }
    }

    /// Starts a service on which others rely: it goes on until its turn and then takes `seconds` to end.
    fn start(&mut self, name: &'static str, seconds: u64) {
        let (clock, notes) = (self.clock.clone(), Arc::clone(&self.notes));
        self.process.start(name, |stop| async move {
            stop.turn().await;
            clock.sleep(Duration::from_secs(seconds)).await;
            notes.lock().unwrap().push(format!("{name} {}", clock.now().since(Timestamp::EPOCH).as_secs()));
            Ok(())
        });
    }

    /// Runs to the end while `seconds` pass after `then`.
    async fn end(self, seconds: u64, then: impl FnOnce(&Shutdown)) -> (ExitCode, Vec<String>) {
        let shutdown = self.process.shutdown().clone();
        let ended = async {
            then(&shutdown);
            self.hand.advance(Duration::from_secs(seconds)).await;
        };
        let (code, ()) = tokio::join!(self.process.run_to_the_end(), ended);
        let notes = self.notes.lock().unwrap().clone();
        (code, notes)
    }
}

fn asked(shutdown: &Shutdown) {
    shutdown.stop(StopReason::Asked("test"));
}

#[tokio::test]
async fn services_end_last_in_first_out_and_one_after_the_other() {
    let mut house = House::new();
    for (name, seconds) in [("store", 1), ("planner", 10), ("http", 5)] {
        house.start(name, seconds);
    }
    let (code, notes) = house.end(16, asked).await;
    assert_eq!(code, ExitCode::Done);
    assert_eq!(notes, ["http 5", "planner 15", "store 16"]);
}

#[tokio::test]
async fn nothing_new_is_taken_by_anybody_from_the_first_moment() {
    let mut house = House::new();
    let (clock, notes) = (house.clock.clone(), Arc::clone(&house.notes));
    house.process.start("planner", |stop| async move {
        stop.stop_taking().await;
        notes.lock().unwrap().push(format!("planner {}", clock.now().since(Timestamp::EPOCH).as_secs()));
        Ok(())
    });
    house.start("http", 9);
    let (_, notes) = house.end(9, asked).await;
    assert_eq!(notes, ["planner 0", "http 9"]);
}

#[tokio::test]
async fn a_drain_over_its_bound_is_cut_off_with_its_code() {
    let mut house = House::new();
    house.start("store", 1);
    house.start("slow", 31);
    let tasks = house.process.tasks().clone();
    let (code, notes) = house.end(31, asked).await;
    assert_eq!(code, ExitCode::DrainExceeded);
    assert_eq!(notes, Vec::<String>::new(), "the store, too, was cut off: its turn had not come");
    assert!(tasks.living().is_empty());
}

#[tokio::test]
async fn tasks_that_services_left_count_as_under_way() {
    let mut house = House::new();
    house.start("store", 1);
    let (clock, tasks) = (house.clock.clone(), house.process.tasks().clone());
    drop(tasks.spawn("upload", async move { clock.sleep(Duration::from_secs(60)).await }));
    assert_eq!(house.end(31, asked).await.0, ExitCode::DrainExceeded);
}

#[tokio::test]
async fn an_abort_ends_the_drain_at_once() {
    let mut house = House::new();
    house.start("slow", 20);
    let (code, notes) = house
        .end(1, |shutdown| {
            asked(shutdown);
            shutdown.abort();
        })
        .await;
    assert_eq!((code, notes), (ExitCode::Interrupted, vec![]));
}

#[tokio::test]
async fn a_failure_stops_the_others_cleanly_and_keeps_its_code() {
    let mut house = House::new();
    house.start("store", 1);
    house.process.start("ingest", |_stop| async { Err(ServiceFailure::new(ExitCode::DiskFull, NoSpace)) });
    let shutdown = house.process.shutdown().clone();
    let (code, notes) = house.end(1, |_| {}).await;
    assert_eq!((code, notes), (ExitCode::DiskFull, vec!["store 1".to_owned()]));
    let what = "ingest failed: no space left".to_owned();
    assert_eq!(shutdown.reason(), Some(StopReason::Failed { code: ExitCode::DiskFull, what }));
}

#[tokio::test]
async fn a_panicking_service_brings_the_process_down_cleanly() {
    let mut house = House::new();
    house.start("store", 1);
    house.process.start("planner", |_stop| async { panic!("broken") });
    let (code, notes) = house.end(1, |_| {}).await;
    assert_eq!((code, notes), (ExitCode::Panicked, vec!["store 1".to_owned()]));
}

#[tokio::test]
async fn a_service_that_ends_by_itself_is_a_failure() {
    let mut house = House::new();
    house.start("store", 1);
    house.process.start("http", |_stop| async { Ok(()) });
    let shutdown = house.process.shutdown().clone();
    assert_eq!(house.end(1, |_| {}).await.0, ExitCode::Failure);
    let what = "http ended by itself".to_owned();
    assert_eq!(shutdown.reason(), Some(StopReason::Failed { code: ExitCode::Failure, what }));
}

#[tokio::test]
async fn the_last_job_done_ends_the_process() {
    let mut house = House::new();
    house.start("store", 1);
    for seconds in [3, 7] {
        let clock = house.clock.clone();
        house.process.start_job("once", move |_stop| async move {
            clock.sleep(Duration::from_secs(seconds)).await;
            Ok(())
        });
    }
    let shutdown = house.process.shutdown().clone();
    let (code, notes) = house.end(8, |_| {}).await;
    assert_eq!((code, notes), (ExitCode::Done, vec!["store 8".to_owned()]));
    assert_eq!(shutdown.reason(), Some(StopReason::JobsDone));
}

#[tokio::test]
async fn a_failed_job_fails_the_process() {
    let mut house = House::new();
    house
        .process
        .start_job("once", |_stop| async { Err(ServiceFailure::new(ExitCode::Unreachable, NoSpace)) });
    assert_eq!(house.end(0, |_| {}).await.0, ExitCode::Unreachable);
}

#[test]
fn a_panic_of_the_main_task_has_its_code() {
    assert_eq!(enter(async { ExitCode::Done }).unwrap(), ExitCode::Done);
    assert_eq!(enter(async { panic!("broken") }).unwrap(), ExitCode::Panicked);
}
