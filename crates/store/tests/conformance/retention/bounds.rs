//! A call is bounded, an empty house is left alone, and what is being written to is not taken.

use std::time::Duration;

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_runtime::Clock;
use signalbox_store::Location;
use signalbox_store::retention::{Prunable, RetentionConfig};
use uuid::Uuid;

use super::rows::{Rows, days_ago};
use super::{on_both, prune};
use crate::fixture::{Fixture, NOON};
use crate::raw::{Cell, Raw};

on_both! {
    a_call_takes_no_more_than_it_may,
    decisions_of_both_kinds_share_one_bound,
    there_is_nothing_to_take_from_an_empty_house,
    a_signal_that_is_being_folded_stays,
}

async fn a_call_takes_no_more_than_it_may(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    for n in 0..5 {
        rows.mark(&[n], days_ago(1)).await;
        rows.quarantined(days_ago(31)).await;
        rows.signal(days_ago(91)).await;
        rows.task("done", days_ago(181), None).await;
        rows.case("fixed", days_ago(401), None).await;
        rows.runner(days_ago(31)).await;
        rows.change(None, None, days_ago(181)).await;
    }
    for table in [
        Prunable::RecordMarks,
        Prunable::Quarantine,
        Prunable::Signals,
        Prunable::Tasks,
        Prunable::Cases,
        Prunable::Runners,
        Prunable::Changes,
    ] {
        let mut removed = Vec::new();
        for _ in 0..4 {
            let config = RetentionConfig::default();
            removed.push(fixture.store.prune(&config, table, NOON, 2).await.unwrap());
        }
        assert_eq!(removed, [2, 2, 1, 0], "{table:?}");
    }
}

async fn decisions_of_both_kinds_share_one_bound(fixture: &Fixture) {
    let old = days_ago(31);
    for _ in 0..2 {
        let subject = Subject::Case(fixture.id::<Uuid>().into());
        let decisions = ["a", "b"].map(|code| Decision {
            id: fixture.id(),
            stage: Stage::Planner,
            subject,
            reason: Reason { code: code.parse().unwrap(), words: String::new() },
            first_at: old,
            last_at: old,
            count: 1,
        });
        fixture.store.decisions_record(&decisions).await.unwrap();
    }
    let mut removed = Vec::new();
    for _ in 0..3 {
        let config = RetentionConfig::default();
        removed.push(fixture.store.prune(&config, Prunable::Decisions, NOON, 3).await.unwrap());
    }
    assert_eq!(removed, [3, 1, 0]);
    assert_eq!(Rows::of(fixture).await.count("decisions").await, 0);
}

async fn there_is_nothing_to_take_from_an_empty_house(fixture: &Fixture) {
    for table in Prunable::ALL {
        assert_eq!(prune(fixture, table).await, 0, "{table:?}");
    }
}

/// Where writers run at once: a fold has begun and not yet committed. SQLite has one writer, so there it has.
async fn a_signal_that_is_being_folded_stays(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let signal = rows.signal(days_ago(91)).await;
    let at_once = matches!(fixture.store.location(), Location::Postgres(_));
    let mut fold = Raw::beside(fixture).await;
    fold.run("BEGIN", &[]).await;
    fold.run(
        "UPDATE signal_counts SET last_seen = $2, revision = revision + 1 WHERE signal_id = $1",
        &[Cell::Id(signal), Cell::Number(NOON.micros())],
    )
    .await;
    if at_once {
        let pruned =
            Clock::system().timeout(Duration::from_secs(20), prune(fixture, Prunable::Signals)).await;
        assert_eq!(pruned.ok(), Some(0), "it neither takes the signal nor waits for the fold");
    }
    fold.run("COMMIT", &[]).await;
    assert_eq!(prune(fixture, Prunable::Signals).await, 0);
    assert_eq!(rows.left("signals").await, [signal]);
}
