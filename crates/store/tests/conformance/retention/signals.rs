//! What ingest and the planner leave: hours, signals, marks, quarantine, plans, cases.

use std::time::Duration;

use signalbox_domain::states::{CaseState, Machine as _, TaskState};
use signalbox_store::retention::{Prunable, RetentionConfig};

use super::rows::{Rows, days_ago, within_days};
use super::{MANY, Verdicts, on_both, prune};
use crate::fixture::{Fixture, NOON};

on_both! {
    hours_go_after_35_days,
    signals_go_when_nobody_needs_them,
    what_hangs_on_a_signal_goes_with_it,
    marks_go_after_the_dedupe_window,
    quarantine_is_bounded_by_age,
    quarantine_is_bounded_by_count,
    the_newest_plans_of_each_project_stay,
    the_newest_plan_always_stays,
    closed_cases_go_and_open_ones_stay,
    a_case_that_is_needed_stays,
    a_merged_case_leads_to_an_open_one,
    a_suppressed_case_stays_while_it_has_signals,
}

async fn hours_go_after_35_days(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let signal = rows.signal(NOON).await;
    // The hour that the limit falls into is not over yet.
    let hour = Duration::from_secs(3_600);
    rows.hour(signal, days_ago(35).minus(hour)).await;
    let mut kept = Vec::new();
    for time in [days_ago(35), within_days(34), NOON] {
        kept.push(rows.hour(signal, time).await);
    }
    assert_eq!(prune(fixture, Prunable::SignalHours).await, 1);
    assert_eq!(rows.raw.numbers("SELECT hour FROM signal_hours ORDER BY hour").await, kept);
}

async fn signals_go_when_nobody_needs_them(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let old = days_ago(90);
    verdicts.goes("unseen", rows.signal(old).await);
    verdicts.stays("seen", rows.signal(within_days(90)).await);
    verdicts.stays("unplanned", rows.signal_at(old, 4, 3).await);
    for state in CaseState::STATES {
        let (signal, case) = (rows.signal(old).await, rows.case(state.name(), old, None).await);
        rows.join(case, signal).await;
        if state.is_open() {
            verdicts.stays(&format!("in a case {state}"), signal);
        } else {
            verdicts.goes(&format!("in a case {state}"), signal);
        }
    }
    for state in TaskState::STATES {
        let (signal, case) = (rows.signal(old).await, rows.case("dismissed", old, None).await);
        rows.join(case, signal).await;
        rows.task(state.name(), old, Some(case)).await;
        if state.is_live() {
            verdicts.stays(&format!("of a task {state}"), signal);
        } else {
            verdicts.goes(&format!("of a task {state}"), signal);
        }
    }
    prune(fixture, Prunable::Signals).await;
    verdicts.check(&rows.left("signals").await);
}

async fn what_hangs_on_a_signal_goes_with_it(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let signal = rows.signal(days_ago(90)).await;
    rows.hour(signal, NOON).await;
    rows.alias(signal).await;
    let case = rows.case("fixed", NOON, None).await;
    rows.join(case, signal).await;
    assert_eq!((rows.count("signal_aliases").await, prune(fixture, Prunable::Signals).await), (1, 1));
    for table in ["signals", "signal_counts", "signal_hours", "signal_aliases", "case_signals"] {
        assert_eq!(rows.count(table).await, 0, "{table}");
    }
    assert_eq!(rows.count("cases").await, 1);
}

async fn marks_go_after_the_dedupe_window(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let hour = Duration::from_secs(3_600);
    rows.mark(b"old", NOON.minus(hour + Duration::from_micros(1))).await;
    rows.mark(b"young", NOON.minus(hour)).await;
    assert_eq!(prune(fixture, Prunable::RecordMarks).await, 1);
    let left = rows.raw.numbers("SELECT seen_at FROM record_marks").await;
    assert_eq!(left, [NOON.minus(hour).micros()]);
}

async fn quarantine_is_bounded_by_age(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    verdicts.goes("old", rows.quarantined(days_ago(30)).await);
    verdicts.stays("young", rows.quarantined(within_days(30)).await);
    assert_eq!(prune(fixture, Prunable::Quarantine).await, 1);
    verdicts.check(&rows.left("quarantine").await);
}

async fn quarantine_is_bounded_by_count(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for days in [5, 4, 3] {
        verdicts.goes(&format!("{days} days old"), rows.quarantined(days_ago(days)).await);
    }
    for days in [2, 1] {
        verdicts.stays(&format!("{days} days old"), rows.quarantined(days_ago(days)).await);
    }
    let config = RetentionConfig { quarantine_rows: 2, ..RetentionConfig::default() };
    assert_eq!(fixture.store.prune(&config, Prunable::Quarantine, NOON, MANY).await.unwrap(), 3);
    verdicts.check(&rows.left("quarantine").await);
}

async fn the_newest_plans_of_each_project_stay(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let (web, app) = (rows.project.uuid(), fixture.project("app").await.uuid());
    for revision in 1..=53 {
        let plan = rows.plan(web, revision).await;
        if revision <= 3 {
            verdicts.goes(&format!("web {revision}"), plan);
        } else {
            verdicts.stays(&format!("web {revision}"), plan);
        }
    }
    for revision in 1..=2 {
        verdicts.stays(&format!("app {revision}"), rows.plan(app, revision).await);
    }
    assert_eq!(prune(fixture, Prunable::Plans).await, 3);
    verdicts.check(&rows.left("plans").await);
}

async fn the_newest_plan_always_stays(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let project = rows.project.uuid();
    rows.plan(project, 1).await;
    let newest = rows.plan(project, 2).await;
    let config = RetentionConfig { plans_a_project: 0, ..RetentionConfig::default() };
    assert_eq!(fixture.store.prune(&config, Prunable::Plans, NOON, MANY).await.unwrap(), 1);
    assert_eq!(rows.left("plans").await, [newest]);
}

async fn closed_cases_go_and_open_ones_stay(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for state in CaseState::STATES {
        verdicts.stays(
            &format!("{state}, changed lately"),
            rows.case(state.name(), within_days(400), None).await,
        );
        let old = rows.case(state.name(), days_ago(400), None).await;
        if state.is_open() {
            verdicts.stays(&format!("{state}, old"), old);
        } else {
            verdicts.goes(&format!("{state}, old"), old);
        }
    }
    prune(fixture, Prunable::Cases).await;
    verdicts.check(&rows.left("cases").await);
}

async fn a_case_that_is_needed_stays(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let old = days_ago(400);
    let (quiet, loud) = (rows.case("dismissed", old, None).await, rows.case("dismissed", old, None).await);
    let (unseen, seen) = (rows.signal(old).await, rows.signal(within_days(400)).await);
    rows.join(quiet, unseen).await;
    rows.join(loud, seen).await;
    verdicts.goes("its signal is as old", quiet);
    verdicts.stays("its signal goes on", loud);
    for state in TaskState::STATES {
        let case = rows.case("quiet", old, None).await;
        rows.task(state.name(), old, Some(case)).await;
        if state.is_live() {
            verdicts.stays(&format!("a task of it is {state}"), case);
        } else {
            verdicts.goes(&format!("a task of it is {state}"), case);
        }
    }
    prune(fixture, Prunable::Cases).await;
    verdicts.check(&rows.left("cases").await);
}

async fn a_merged_case_leads_to_an_open_one(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for state in CaseState::STATES {
        let target = rows.case(state.name(), NOON, None).await;
        let merged = rows.case("merged", days_ago(400), Some(target)).await;
        if state.is_open() {
            verdicts.stays(&format!("into a case {state}"), merged);
        } else {
            verdicts.goes(&format!("into a case {state}"), merged);
        }
    }
    prune(fixture, Prunable::Cases).await;
    verdicts.check(&rows.left("cases").await);
}

async fn a_suppressed_case_stays_while_it_has_signals(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let case = rows.case("suppressed", days_ago(400), None).await;
    let signal = rows.signal(days_ago(500)).await;
    rows.join(case, signal).await;
    assert_eq!(prune(fixture, Prunable::Cases).await, 0);
    assert_eq!(prune(fixture, Prunable::Signals).await, 1);
    assert_eq!(prune(fixture, Prunable::Cases).await, 1);
    assert_eq!(rows.count("cases").await, 0);
}
