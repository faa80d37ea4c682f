//! A quota is never passed, however many take at once.

use std::time::Duration;

use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::time::Timestamp;
use signalbox_store::quotas::QuotaShare;
use tokio::task::JoinSet;

use super::on_both;
use crate::fixture::Fixture;
use crate::raw::Raw;

on_both! {
    a_window_gives_what_it_has,
    the_next_window_begins_anew,
    what_is_given_back_can_be_taken,
    more_is_never_given_back_than_was_taken,
    a_limit_may_be_lowered_below_what_was_taken,
    names_do_not_share,
    of_many_who_take_at_once_no_unit_is_granted_twice,
}

const MINUTE: Duration = Duration::from_secs(60);

/// A minute begins here.
const START: Timestamp = Timestamp::from_micros(29_833_334 * 60_000_000);

fn limit(units: u64) -> QuotaLimit {
    QuotaLimit { name: "starts".parse().unwrap(), units, window: MINUTE }
}

async fn take(fixture: &Fixture, units: u64, wanted: u64, now: Timestamp) -> QuotaShare {
    fixture.store.quota_take(&limit(units), wanted, now).await.unwrap()
}

async fn a_window_gives_what_it_has(fixture: &Fixture) {
    let now = START.plus(Duration::from_secs(15));
    let share = take(fixture, 10, 6, now).await;
    assert_eq!(share, QuotaShare { granted: 6, window_start: START, ends_at: START.plus(MINUTE) });
    for (wanted, granted) in [(6, 4), (1, 0), (0, 0), (u64::MAX, 0)] {
        assert_eq!(take(fixture, 10, wanted, now).await.granted, granted, "{wanted} wanted");
    }
}

async fn the_next_window_begins_anew(fixture: &Fixture) {
    assert_eq!(take(fixture, 10, 10, START).await.granted, 10);
    let next = START.plus(MINUTE);
    assert_eq!(take(fixture, 10, 3, next.minus(Duration::from_micros(1))).await.granted, 0);
    assert_eq!(take(fixture, 10, 3, next).await.granted, 3);
}

async fn what_is_given_back_can_be_taken(fixture: &Fixture) {
    let share = take(fixture, 10, 10, START).await;
    fixture.store.quota_give_back(&limit(10).name, share.window_start, 4).await.unwrap();
    assert_eq!(take(fixture, 10, 10, START).await.granted, 4);
}

async fn more_is_never_given_back_than_was_taken(fixture: &Fixture) {
    take(fixture, 10, 2, START).await;
    for _ in 0..2 {
        fixture.store.quota_give_back(&limit(10).name, START, 100).await.unwrap();
    }
    fixture.store.quota_give_back(&limit(10).name, START.plus(MINUTE), 100).await.unwrap();
    assert_eq!(take(fixture, 10, 100, START).await.granted, 10);
    assert_eq!(take(fixture, 10, 100, START.plus(MINUTE)).await.granted, 10);
}

async fn a_limit_may_be_lowered_below_what_was_taken(fixture: &Fixture) {
    take(fixture, 10, 8, START).await;
    assert_eq!(take(fixture, 5, 1, START).await.granted, 0);
    assert_eq!(take(fixture, 9, 5, START).await.granted, 1);
}

async fn names_do_not_share(fixture: &Fixture) {
    take(fixture, 1, 1, START).await;
    let other = QuotaLimit { name: "tokens".parse().unwrap(), ..limit(1) };
    assert_eq!(fixture.store.quota_take(&other, 1, START).await.unwrap().granted, 1);
}

async fn of_many_who_take_at_once_no_unit_is_granted_twice(fixture: &Fixture) {
    let (one, other) = (fixture.store.clone(), fixture.other_process().await);
    let mut takers = JoinSet::new();
    for taker in 0..8 {
        let store = if taker % 2 == 0 { one.clone() } else { other.clone() };
        takers.spawn(async move {
            let mut granted = 0;
            for _ in 0..20 {
                granted += store.quota_take(&limit(101), 3, START).await.unwrap().granted;
            }
            granted
        });
    }
    assert_eq!(takers.join_all().await.into_iter().sum::<u64>(), 101);
    let mut raw = Raw::beside(fixture).await;
    assert_eq!(raw.numbers("SELECT used FROM quota_windows").await, [101]);
}
