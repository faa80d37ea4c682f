//! A lease has one holder, and an older token changes nothing.

use std::time::Duration;

use signalbox_domain::run::FencingToken;
use signalbox_domain::time::Timestamp;
use signalbox_store::leases::{LeaseKept, LeaseReleased, LeaseTaken};
use tokio::task::JoinSet;

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_lease_has_one_holder,
    of_many_who_take_at_once_one_holds,
    a_lease_that_ran_out_can_be_taken,
    a_lease_that_ran_out_can_be_renewed_while_nobody_took_it,
    a_stale_token_is_refused,
    a_released_lease_is_free_and_its_tokens_go_on,
    leases_do_not_share,
}

fn after(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

async fn take(fixture: &Fixture, holder: &str, until: Timestamp, now: Timestamp) -> LeaseTaken {
    let (name, holder) = ("planner/web".parse().unwrap(), holder.parse().unwrap());
    fixture.store.lease_take(&name, &holder, until, now).await.unwrap()
}

async fn renew(fixture: &Fixture, token: i64, until: Timestamp) -> LeaseKept {
    fixture.store.lease_renew(&"planner/web".parse().unwrap(), FencingToken(token), until).await.unwrap()
}

async fn release(fixture: &Fixture, token: i64) -> LeaseReleased {
    fixture.store.lease_release(&"planner/web".parse().unwrap(), FencingToken(token)).await.unwrap()
}

fn taken(token: i64) -> LeaseTaken {
    LeaseTaken::Taken { token: FencingToken(token) }
}

fn held(holder: &str, until: Timestamp) -> LeaseTaken {
    LeaseTaken::HeldBy { holder: holder.parse().unwrap(), until }
}

async fn a_lease_has_one_holder(fixture: &Fixture) {
    assert_eq!(take(fixture, "a", after(10), NOON).await, taken(1));
    assert_eq!(take(fixture, "b", after(20), after(9)).await, held("a", after(10)));
    assert_eq!(take(fixture, "a", after(20), after(9)).await, held("a", after(10)));
    assert_eq!(renew(fixture, 1, after(15)).await, LeaseKept::Renewed);
    assert_eq!(take(fixture, "b", after(20), after(14)).await, held("a", after(15)));
}

async fn of_many_who_take_at_once_one_holds(fixture: &Fixture) {
    let (one, other) = (fixture.store.clone(), fixture.other_process().await);
    for round in 1..=10 {
        let mut takers = JoinSet::new();
        for taker in 0..6 {
            let store = if taker % 2 == 0 { one.clone() } else { other.clone() };
            takers.spawn(async move {
                let (name, holder) = ("planner/web".parse().unwrap(), format!("p{taker}").parse().unwrap());
                let now = after(round * 10);
                store.lease_take(&name, &holder, now.plus(Duration::from_secs(5)), now).await.unwrap()
            });
        }
        let answers = takers.join_all().await;
        let round = i64::try_from(round).unwrap();
        assert_eq!(answers.iter().filter(|answer| **answer == taken(round)).count(), 1, "{answers:?}");
        let others = answers.iter().filter(|answer| matches!(answer, LeaseTaken::HeldBy { .. })).count();
        assert_eq!(others, 5, "{answers:?}");
    }
}

async fn a_lease_that_ran_out_can_be_taken(fixture: &Fixture) {
    take(fixture, "a", after(10), NOON).await;
    assert_eq!(take(fixture, "b", after(20), after(10)).await, taken(2));
}

async fn a_lease_that_ran_out_can_be_renewed_while_nobody_took_it(fixture: &Fixture) {
    take(fixture, "a", after(10), NOON).await;
    assert_eq!(renew(fixture, 1, after(30)).await, LeaseKept::Renewed);
    assert_eq!(take(fixture, "b", after(40), after(20)).await, held("a", after(30)));
}

async fn a_stale_token_is_refused(fixture: &Fixture) {
    take(fixture, "a", after(10), NOON).await;
    take(fixture, "b", after(20), after(10)).await;
    assert_eq!(renew(fixture, 1, after(99)).await, LeaseKept::Lost);
    assert_eq!(release(fixture, 1).await, LeaseReleased::Lost);
    assert_eq!(take(fixture, "c", after(99), after(11)).await, held("b", after(20)));
    assert_eq!(renew(fixture, 3, after(99)).await, LeaseKept::Lost, "a token that nobody was given");
}

async fn a_released_lease_is_free_and_its_tokens_go_on(fixture: &Fixture) {
    take(fixture, "a", after(10), NOON).await;
    assert_eq!(release(fixture, 1).await, LeaseReleased::Released);
    assert_eq!(release(fixture, 1).await, LeaseReleased::Lost);
    assert_eq!(renew(fixture, 1, after(10)).await, LeaseKept::Lost, "released is released");
    assert_eq!(take(fixture, "b", after(10), NOON).await, taken(2));
}

async fn leases_do_not_share(fixture: &Fixture) {
    take(fixture, "a", after(10), NOON).await;
    let (name, holder) = ("planner/app".parse().unwrap(), "b".parse().unwrap());
    assert_eq!(fixture.store.lease_take(&name, &holder, after(10), NOON).await.unwrap(), taken(1));
}
