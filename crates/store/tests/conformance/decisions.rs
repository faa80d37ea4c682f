//! A reason is written when it changes and counted while it stands, however many write at once.

use std::time::Duration;

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::time::Timestamp;
use tokio::task::JoinSet;

use super::on_both;
use crate::fixture::{Fixture, NOON};
use crate::raw::Raw;

on_both! {
    a_reason_that_stands_grows,
    a_reason_that_changes_is_written,
    a_reason_that_comes_back_is_a_new_one,
    stages_and_subjects_have_reasons_of_their_own,
    one_batch_may_change_its_mind,
    every_subject_is_read_as_it_was_written,
    a_list_is_bounded_and_newest_first,
    of_many_who_count_at_once_no_count_is_lost,
    of_many_who_change_it_at_once_one_reason_stands,
}

fn decision(fixture: &Fixture, subject: Subject, code: &str, at: Timestamp) -> Decision {
    Decision {
        id: fixture.id(),
        stage: Stage::Planner,
        subject,
        reason: Reason { code: code.parse().unwrap(), words: format!("{code} at {at}") },
        first_at: at,
        last_at: at,
        count: 1,
    }
}

fn after(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

async fn list(fixture: &Fixture, subject: Subject) -> Vec<Decision> {
    fixture.store.decisions_list(subject, 500).await.unwrap()
}

async fn a_reason_that_stands_grows(fixture: &Fixture) {
    let subject = Subject::Signal(fixture.id());
    let first = decision(fixture, subject, "too_rare", NOON);
    fixture.store.decisions_record(std::slice::from_ref(&first)).await.unwrap();
    let later = Decision { count: 4, ..decision(fixture, subject, "too_rare", after(9)) };
    fixture.store.decisions_record(std::slice::from_ref(&later)).await.unwrap();
    let grown = Decision { reason: later.reason.clone(), last_at: after(9), count: 5, ..first };
    assert_eq!(list(fixture, subject).await, [grown]);
    let late = decision(fixture, subject, "too_rare", after(3));
    fixture.store.decisions_record(&[late]).await.unwrap();
    assert_eq!(list(fixture, subject).await[0].last_at, after(9), "time does not run backwards");
}

async fn a_reason_that_changes_is_written(fixture: &Fixture) {
    let subject = Subject::Case(fixture.id());
    let rare = decision(fixture, subject, "too_rare", NOON);
    let held = decision(fixture, subject, "held", after(1));
    fixture.store.decisions_record(std::slice::from_ref(&rare)).await.unwrap();
    fixture.store.decisions_record(std::slice::from_ref(&held)).await.unwrap();
    assert_eq!(list(fixture, subject).await, [held, rare]);
}

async fn a_reason_that_comes_back_is_a_new_one(fixture: &Fixture) {
    let subject = Subject::Task(fixture.id());
    for (n, code) in ["a", "b", "a", "a"].into_iter().enumerate() {
        let at = after(u64::try_from(n).unwrap());
        fixture.store.decisions_record(&[decision(fixture, subject, code, at)]).await.unwrap();
    }
    let listed = list(fixture, subject).await;
    let codes: Vec<_> =
        listed.iter().map(|decision| (decision.reason.code.as_str(), decision.count)).collect();
    assert_eq!(codes, [("a", 2), ("b", 1), ("a", 1)]);
}

async fn stages_and_subjects_have_reasons_of_their_own(fixture: &Fixture) {
    let (one, other) = (Subject::Case(fixture.id()), Subject::Case(fixture.id()));
    let planner = decision(fixture, one, "a", NOON);
    let control = Decision { stage: Stage::Control, ..decision(fixture, one, "b", after(1)) };
    let elsewhere = decision(fixture, other, "c", NOON);
    let batch = [planner.clone(), control.clone(), elsewhere.clone()];
    fixture.store.decisions_record(&batch).await.unwrap();
    fixture.store.decisions_record(&batch).await.unwrap();
    let twice = |decision: Decision| Decision { count: 2, ..decision };
    assert_eq!(list(fixture, one).await, [twice(control), twice(planner)]);
    assert_eq!(list(fixture, other).await, [twice(elsewhere)]);
}

async fn one_batch_may_change_its_mind(fixture: &Fixture) {
    let subject = Subject::Case(fixture.id());
    let batch = ["b", "a", "c"].map(|code| decision(fixture, subject, code, NOON));
    fixture.store.decisions_record(&batch).await.unwrap();
    assert_eq!(list(fixture, subject).await[0], batch[2], "the last one of the batch stands");
}

async fn every_subject_is_read_as_it_was_written(fixture: &Fixture) {
    for subject in [
        Subject::Signal(fixture.id()),
        Subject::Case(fixture.id()),
        Subject::Task(fixture.id()),
        Subject::Run(fixture.id()),
        Subject::Project(fixture.id()),
    ] {
        let written = decision(fixture, subject, "a", NOON);
        fixture.store.decisions_record(std::slice::from_ref(&written)).await.unwrap();
        assert_eq!(list(fixture, subject).await, [written]);
    }
}

async fn a_list_is_bounded_and_newest_first(fixture: &Fixture) {
    let subject = Subject::Case(fixture.id());
    for n in 0..5 {
        let code = format!("code_{n}");
        fixture.store.decisions_record(&[decision(fixture, subject, &code, after(n))]).await.unwrap();
    }
    let listed = fixture.store.decisions_list(subject, 2).await.unwrap();
    let codes: Vec<_> = listed.iter().map(|decision| decision.reason.code.as_str()).collect();
    assert_eq!(codes, ["code_4", "code_3"]);
}

/// Two processes, eight writers, twenty times each.
async fn storm(fixture: &Fixture, subject: Subject, code: fn(u64, u64) -> String) {
    let (one, other) = (fixture.store.clone(), fixture.other_process().await);
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let store = if writer % 2 == 0 { one.clone() } else { other.clone() };
        let batch: Vec<Decision> =
            (0..20).map(|n| decision(fixture, subject, &code(writer, n), after(n))).collect();
        writers.spawn(async move {
            for decision in batch {
                store.decisions_record(&[decision]).await.unwrap();
            }
        });
    }
    writers.join_all().await;
}

async fn of_many_who_count_at_once_no_count_is_lost(fixture: &Fixture) {
    let subject = Subject::Signal(fixture.id());
    storm(fixture, subject, |_, _| "too_rare".to_owned()).await;
    let listed = list(fixture, subject).await;
    assert_eq!(listed.iter().map(|decision| decision.count).collect::<Vec<_>>(), [160]);
}

async fn of_many_who_change_it_at_once_one_reason_stands(fixture: &Fixture) {
    let subject = Subject::Signal(fixture.id());
    storm(fixture, subject, |writer, n| format!("code_{}", (writer + n) % 3)).await;
    let listed = list(fixture, subject).await;
    assert_eq!(listed.iter().map(|decision| decision.count).sum::<u64>(), 160);
    let mut raw = Raw::beside(fixture).await;
    assert_eq!(raw.numbers("SELECT count(*) FROM decisions WHERE is_current = 1").await, [1]);
}
