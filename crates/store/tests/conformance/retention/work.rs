//! What tasks leave: runs, their history, outcomes, changes, runners.

use signalbox_domain::states::{CaseState, Machine as _, RunState, TaskState};
use signalbox_store::retention::Prunable;

use super::rows::{Rows, days_ago, within_days};
use super::{Verdicts, on_both, prune};
use crate::fixture::{Fixture, NOON};

on_both! {
    ended_tasks_go_and_live_ones_stay,
    a_task_stays_while_its_case_is_open,
    a_task_stays_while_a_run_of_it_is_live,
    what_hangs_on_a_task_goes_with_it,
    the_history_of_ended_runs_goes_first,
    changes_go_when_task_and_case_are_gone,
    runners_go_when_they_are_silent_and_hold_nothing,
}

async fn ended_tasks_go_and_live_ones_stay(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for state in TaskState::STATES {
        let young = rows.task(state.name(), within_days(180), None).await;
        verdicts.stays(&format!("{state}, changed lately"), young);
        let old = rows.task(state.name(), days_ago(180), None).await;
        if state.is_live() {
            verdicts.stays(&format!("{state}, old"), old);
        } else {
            verdicts.goes(&format!("{state}, old"), old);
        }
    }
    assert_eq!(prune(fixture, Prunable::Tasks).await, 3);
    verdicts.check(&rows.left("tasks").await);
}

async fn a_task_stays_while_its_case_is_open(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for state in CaseState::STATES {
        let case = rows.case(state.name(), NOON, None).await;
        let task = rows.task("done", days_ago(180), Some(case)).await;
        if state.is_open() {
            verdicts.stays(&format!("of a case {state}"), task);
        } else {
            verdicts.goes(&format!("of a case {state}"), task);
        }
    }
    verdicts.goes("of a case that is gone", {
        let gone = fixture.id();
        rows.task("done", days_ago(180), Some(gone)).await
    });
    prune(fixture, Prunable::Tasks).await;
    verdicts.check(&rows.left("tasks").await);
}

async fn a_task_stays_while_a_run_of_it_is_live(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    for state in RunState::STATES {
        let task = rows.task("cancelled", days_ago(180), None).await;
        rows.run(task, state.name(), days_ago(180), None).await;
        if state.is_live() {
            verdicts.stays(&format!("with a run {state}"), task);
        } else {
            verdicts.goes(&format!("with a run {state}"), task);
        }
    }
    prune(fixture, Prunable::Tasks).await;
    verdicts.check(&rows.left("tasks").await);
}

async fn what_hangs_on_a_task_goes_with_it(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let task = rows.task("done", days_ago(180), None).await;
    let run = rows.run(task, "succeeded", days_ago(180), None).await;
    rows.note(run, 1).await;
    rows.outcome(task, run).await;
    assert_eq!(prune(fixture, Prunable::Tasks).await, 1);
    for table in ["tasks", "runs", "run_notes", "outcomes"] {
        assert_eq!(rows.count(table).await, 0, "{table}");
    }
}

async fn the_history_of_ended_runs_goes_first(fixture: &Fixture) {
    let mut rows = Rows::of(fixture).await;
    let mut kept = Vec::new();
    for state in RunState::STATES {
        for (changed_at, is_old) in [(days_ago(90), true), (within_days(90), false)] {
            let task = rows.task("running", NOON, None).await;
            let run = rows.run(task, state.name(), changed_at, None).await;
            rows.note(run, 1).await;
            rows.note(run, 2).await;
            if state.is_live() || !is_old {
                kept.extend([run, run]);
            }
        }
    }
    assert_eq!(prune(fixture, Prunable::RunNotes).await, 6);
    let mut left = rows.raw.ids("SELECT run_id FROM run_notes").await;
    left.sort();
    kept.sort();
    assert_eq!(left, kept);
    assert_eq!(rows.count("runs").await, 2 * i64::try_from(RunState::STATES.len()).unwrap());
}

async fn changes_go_when_task_and_case_are_gone(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let old = days_ago(180);
    let (task, case) = (rows.task("done", NOON, None).await, rows.case("fixed", NOON, None).await);
    let gone = fixture.id();
    verdicts.stays("its task is there", rows.change(Some(task), None, old).await);
    verdicts.stays("its case is there", rows.change(Some(gone), Some(case), old).await);
    verdicts.goes("both are gone", rows.change(Some(gone), Some(gone), old).await);
    verdicts.goes("a person's, of long ago", rows.change(None, None, old).await);
    verdicts.stays("a person's, of late", rows.change(None, None, within_days(180)).await);
    verdicts.stays("both are gone, of late", rows.change(Some(gone), None, within_days(180)).await);
    assert_eq!(prune(fixture, Prunable::Changes).await, 2);
    verdicts.check(&rows.left("changes").await);
}

async fn runners_go_when_they_are_silent_and_hold_nothing(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    verdicts.goes("silent", rows.runner(days_ago(30)).await);
    verdicts.stays("heard of", rows.runner(within_days(30)).await);
    for state in RunState::STATES {
        let runner = rows.runner(days_ago(30)).await;
        let task = rows.task("running", NOON, None).await;
        rows.run(task, state.name(), NOON, Some(runner)).await;
        if state.is_live() {
            verdicts.stays(&format!("with a run {state}"), runner);
        } else {
            verdicts.goes(&format!("with a run {state}"), runner);
        }
    }
    prune(fixture, Prunable::Runners).await;
    verdicts.check(&rows.left("runners").await);
}
