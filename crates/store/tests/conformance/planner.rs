//! Plans: one snapshot in, one compare-and-set out, and no signal skipped.

use signalbox_domain::case::{Case, Score};
use signalbox_domain::ids::{CaseId, ProjectId, SignalId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{CaseState, TaskEvent, TaskState};
use signalbox_domain::task::Priority;
use signalbox_store::Page;
use signalbox_store::ingest::{FoldBatch, FoldPart, FoldedRecord};
use signalbox_store::planner::{CaseFilter, Committed, PlanCommit, PlanInput};

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_changed_signal_is_planned_once,
    of_two_plans_from_one_reading_one_is_written,
    a_record_between_reading_and_writing_is_planned_next,
    a_plan_opens_one_task_a_case,
    a_plan_with_a_task_too_deep_says_so_and_writes_nothing,
    a_case_whose_task_ended_is_planned_again,
}

async fn record(fixture: &Fixture, fingerprint: &str) {
    let mut fold = fixture.fold(fingerprint).await;
    fold.records = vec![FoldedRecord { mark: None, at: NOON, count: 1 }];
    let part = FoldPart { position: None, folds: vec![fold], quarantined: vec![] };
    fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, NOON).await.unwrap();
}

fn case(fixture: &Fixture, project: ProjectId) -> Case {
    Case {
        id: fixture.id(),
        project,
        title: Sourced::stranger("It broke".to_owned()),
        state: CaseState::Tasked,
        generation: 1,
        score: Score { total: 1.0, priority: Priority::P2, parts: vec![] },
        signals: vec![],
        opened_at: NOON,
        changed_at: NOON,
        merged_into: None,
    }
}

fn plan(fixture: &Fixture, input: &PlanInput) -> PlanCommit {
    PlanCommit {
        id: fixture.id(),
        project: input.project,
        revision: input.revision,
        at: NOON,
        planned: input.signals.iter().map(|signal| (signal.signal.id, signal.signal.revision)).collect(),
        cases: vec![],
        joins: vec![],
        tasks: vec![],
        policy: Policy::default(),
        decisions: vec![],
        summary: PlanSummary::default(),
    }
}

async fn load(fixture: &Fixture) -> PlanInput {
    let project = fixture.project("web").await;
    fixture.store.plan_load(project, 1000).await.unwrap()
}

fn ids(input: &PlanInput) -> Vec<SignalId> {
    input.signals.iter().map(|signal| signal.signal.id).collect()
}

/// A plan that puts every loaded signal into one new case with a task.
async fn plan_with_task(fixture: &Fixture, input: &PlanInput) -> (PlanCommit, CaseId) {
    let case = case(fixture, input.project);
    let mut plan = plan(fixture, input);
    plan.joins = ids(input).into_iter().map(|signal| (signal, case.id)).collect();
    plan.tasks = vec![fixture.task_of(input.project, case.id, 1)];
    let id = case.id;
    plan.cases = vec![case];
    (plan, id)
}

async fn a_changed_signal_is_planned_once(fixture: &Fixture) {
    record(fixture, "a").await;
    let project = fixture.project("web").await;
    assert_eq!(fixture.store.projects_to_plan().await.unwrap(), [project]);
    let input = load(fixture).await;
    assert_eq!(input.signals.len(), 1);
    let done = fixture.store.plan_commit(&plan(fixture, &input)).await.unwrap();
    assert_eq!(done, Committed::Yes);
    assert_eq!(load(fixture).await.signals, []);
    assert_eq!(fixture.store.projects_to_plan().await.unwrap(), []);
    record(fixture, "a").await;
    assert_eq!(ids(&load(fixture).await), ids(&input));
}

async fn of_two_plans_from_one_reading_one_is_written(fixture: &Fixture) {
    record(fixture, "a").await;
    for _ in 0..3 {
        let input = load(fixture).await;
        let (one, _) = plan_with_task(fixture, &input).await;
        let (other, _) = plan_with_task(fixture, &input).await;
        let (first, second) =
            tokio::join!(fixture.store.plan_commit(&one), fixture.store.plan_commit(&other));
        let written: Vec<bool> =
            [first, second].into_iter().map(|done| done.unwrap() != Committed::Stale).collect();
        assert_eq!(written.iter().filter(|yes| **yes).count(), 1, "{written:?}");
        record(fixture, "a").await;
    }
    let cases = fixture.store.cases_list(CaseFilter::default(), Page::first(10)).await.unwrap();
    assert_eq!(cases.len(), 3);
}

async fn a_record_between_reading_and_writing_is_planned_next(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    record(fixture, "a").await;
    fixture.store.plan_commit(&plan(fixture, &input)).await.unwrap();
    assert_eq!(ids(&load(fixture).await), ids(&input), "ingest's write must not be taken as planned");
}

async fn a_plan_opens_one_task_a_case(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (plan, case) = plan_with_task(fixture, &input).await;
    let task = plan.tasks[0].clone();
    let mut two = plan.clone();
    two.tasks.push(fixture.task_of(input.project, case, 1));
    assert_eq!(fixture.store.plan_commit(&two).await.unwrap(), Committed::Stale);
    assert_eq!(
        fixture.store.case_show(case).await.unwrap(),
        None,
        "a plan is written as a whole or not at all"
    );
    assert_eq!(fixture.store.task_show(task.id).await.unwrap(), None);

    assert_eq!(fixture.store.plan_commit(&plan).await.unwrap(), Committed::Yes);
    let kept = fixture.store.case_show(case).await.unwrap().unwrap();
    assert_eq!(kept.case.signals, ids(&input));
    assert_eq!(kept.tasks, [(task.id, TaskState::Queued)]);
}

async fn a_plan_with_a_task_too_deep_says_so_and_writes_nothing(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (mut plan, case) = plan_with_task(fixture, &input).await;
    let task = &mut plan.tasks[0];
    task.lineage.depth = plan.policy.depth_limit + 1;
    let (id, limit) = (task.id, plan.policy.depth_limit);
    let answer = fixture.store.plan_commit(&plan).await.unwrap();
    assert_eq!(answer, Committed::TooDeep { task: id, depth: limit + 1, limit });
    assert_eq!(fixture.store.case_show(case).await.unwrap(), None);
    assert_eq!(load(fixture).await, input);
}

async fn a_case_whose_task_ended_is_planned_again(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (plan, case) = plan_with_task(fixture, &input).await;
    fixture.store.plan_commit(&plan).await.unwrap();
    assert_eq!(fixture.store.projects_to_plan().await.unwrap(), []);
    assert_eq!(load(fixture).await.cases, []);
    fixture.store.task_move(plan.tasks[0].id, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert_eq!(fixture.store.projects_to_plan().await.unwrap(), [input.project]);
    let cases = load(fixture).await.cases;
    assert_eq!(cases.iter().map(|record| record.case.id).collect::<Vec<_>>(), [case]);
}
