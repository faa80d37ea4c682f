//! Tests of the clock, the machine's and the one moved by hand.

use std::sync::{Arc, Mutex};

use super::*;

fn start() -> Timestamp {
    "2026-11-21T08:30:00Z".parse().unwrap()
}

/// Starts a task that notes `name` and the time whenever one of `waits` is over.
fn noting(clock: &Clock, notes: &Arc<Mutex<Vec<String>>>, name: &'static str, waits: &'static [u64]) {
    let (clock, notes) = (clock.clone(), Arc::clone(notes));
    tokio::spawn(async move {
        for seconds in waits {
            clock.sleep(Duration::from_secs(*seconds)).await;
            notes.lock().unwrap().push(format!("{name} {}", clock.now().since(start()).as_secs()));
        }
    });
}

#[tokio::test]
async fn advancing_wakes_sleepers_in_order_at_their_own_time() {
    let (clock, hand) = Clock::manual(start());
    let notes = Arc::new(Mutex::new(Vec::new()));
    noting(&clock, &notes, "late", &[5, 5]);
    noting(&clock, &notes, "early", &[1, 1, 7]);
    noting(&clock, &notes, "same", &[5]);
    hand.advance(Duration::from_secs(9)).await;
    assert_eq!(*notes.lock().unwrap(), ["early 1", "early 2", "late 5", "same 5", "early 9"]);
    hand.advance(Duration::from_secs(1)).await;
    assert_eq!(notes.lock().unwrap().last().unwrap(), "late 10");
    assert_eq!(clock.now(), start().plus(Duration::from_secs(10)));
}

#[tokio::test]
async fn a_jump_wakes_all_late_and_together() {
    let (clock, hand) = Clock::manual(start());
    let notes = Arc::new(Mutex::new(Vec::new()));
    noting(&clock, &notes, "slow", &[5]);
    noting(&clock, &notes, "quick", &[1, 1]);
    hand.sleepers_reach(2).await;
    hand.jump(Duration::from_secs(60));
    hand.advance(Duration::ZERO).await;
    assert_eq!(*notes.lock().unwrap(), ["quick 60", "slow 60"]);
    assert_eq!(hand.sleepers(), 1, "the quick one sleeps again, from the time it woke");
}

#[tokio::test]
async fn the_wall_clock_moves_apart_from_the_boot_clock() {
    let (clock, hand) = Clock::manual(start());
    let boot = clock.boot();
    hand.set_wall(start().minus(Duration::from_secs(86_400)));
    assert_eq!(clock.boot(), boot);
    hand.advance(Duration::from_secs(1)).await;
    assert_eq!(clock.now(), start().minus(Duration::from_secs(86_399)));
    assert_eq!(clock.boot().since(boot), Duration::from_secs(1));
}

#[tokio::test]
async fn a_dropped_wait_leaves_nothing_behind() {
    let (clock, hand) = Clock::manual(start());
    let late = clock.timeout(Duration::from_secs(1), clock.sleep(Duration::from_secs(9)));
    let (answer, ()) = tokio::join!(late, hand.advance(Duration::from_secs(1)));
    assert_eq!(answer, Err(TimedOut { limit: Duration::from_secs(1) }));
    assert_eq!(hand.sleepers(), 0);
}

#[tokio::test]
async fn work_that_is_ready_beats_the_limit() {
    let (clock, _hand) = Clock::manual(start());
    assert_eq!(clock.timeout(Duration::ZERO, async { 7 }).await, Ok(7));
}

#[tokio::test]
async fn the_machines_clocks_agree_with_the_system() {
    let clock = Clock::system();
    let (wall, boot) = (clock.now(), clock.boot());
    clock.sleep(Duration::from_millis(30)).await;
    assert!(clock.boot().since(boot) >= Duration::from_millis(30));
    let year_2020 = Timestamp::from_micros(1_577_836_800_000_000);
    assert!(wall > year_2020, "{wall}");
    let uptime: f64 =
        std::fs::read_to_string("/proc/uptime").unwrap().split(' ').next().unwrap().parse().unwrap();
    let apart = uptime - Duration::from_nanos(clock.boot().nanos()).as_secs_f64();
    assert!(apart.abs() < 60.0, "/proc/uptime counts sleep too: {apart}");
}

#[test]
fn boot_time_neither_overflows_nor_goes_negative() {
    let now = BootTime::from_nanos(10);
    assert_eq!(now.since(BootTime::from_nanos(11)), Duration::ZERO);
    assert_eq!(now.plus(Duration::MAX), BootTime::from_nanos(u64::MAX));
}
