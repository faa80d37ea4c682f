//! Plans: one snapshot in, one compare-and-set out, and no signal skipped.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use signalbox_domain::case::{Bond, Case, Score};
use signalbox_domain::case_move::{MoveKind, TaskFate};
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{CaseId, ProjectId, SignalId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::ruling::{DismissCode, Ruled, Ruling};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_domain::states::{CaseEvent, CaseState, TaskEvent, TaskState};
use signalbox_domain::suppression::{Suppression, SuppressionRule};
use signalbox_domain::task::Priority;
use signalbox_store::ingest::{FoldBatch, FoldPart, FoldedRecord};
use signalbox_store::planner::{
    CaseFilter, CaseRuled, CaseRuling, Committed, EarlierTask, GatherWish, HourCount, MoveTo, Moved,
    OpenCase, PlanCommit, PlanInput, SignalsMove, TaskEvidence,
};
use signalbox_store::{Page, StoreError};

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_changed_signal_is_planned_once,
    of_two_plans_from_one_reading_one_is_written,
    a_record_between_reading_and_writing_is_planned_next,
    a_plan_opens_one_task_a_case,
    a_plan_with_a_task_too_deep_says_so_and_writes_nothing,
    a_case_whose_task_ended_is_planned_again,
    a_case_is_looked_at_again_when_its_time_has_come,
    facts_are_those_of_all_signals_of_a_case,
    open_cases_are_told_to_grouping_page_by_page,
    the_signals_of_a_case_come_as_they_came_to_it,
    plans_are_kept_with_their_reasons,
    of_two_rulings_on_one_version_one_is_kept,
    a_ruling_makes_plans_under_way_stale_and_has_the_case_planned_again,
    an_illegal_ruling_changes_nothing,
    a_rule_takes_what_it_names_and_has_its_cases_looked_at,
    of_two_moves_on_one_version_one_is_made_and_it_is_undone_once,
    a_task_that_nobody_has_begun_gets_its_new_rank,
    of_two_plans_at_the_end_of_a_quota_one_is_written,
}

pub(super) async fn record(fixture: &Fixture, fingerprint: &str) {
    let mut fold = fixture.fold(fingerprint).await;
    fold.records = vec![FoldedRecord { mark: None, at: NOON, count: 1, held: false }];
    let part = FoldPart { folds: vec![fold], ..FoldPart::default() };
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
        due: BTreeMap::new(),
        exemplars: BTreeMap::new(),
        tasks: vec![],
        ranks: vec![],
        quota: quota(),
        policy: Policy::default(),
        evidence: TaskEvidence::default(),
        decisions: vec![],
        summary: PlanSummary::default(),
    }
}

const DAY: Duration = Duration::from_hours(24);

fn quota() -> QuotaLimit {
    QuotaLimit { name: "planner:tasks".parse().unwrap(), units: 3, window: Duration::from_hours(1) }
}

pub(super) fn wish(input: &PlanInput, cases: BTreeMap<CaseId, u64>, signals: Vec<SignalId>) -> GatherWish {
    let project = input.project;
    GatherWish {
        project,
        cases,
        signals,
        since_hour: 0,
        quota: quota(),
        work_since: NOON.minus(DAY),
        now: NOON,
    }
}

pub(super) async fn load(fixture: &Fixture) -> PlanInput {
    let project = fixture.project("web").await;
    fixture.store.plan_load(project, 1000, NOON).await.unwrap()
}

fn ids(input: &PlanInput) -> Vec<SignalId> {
    input.signals.iter().map(|signal| signal.signal.id).collect()
}

/// A plan that puts every loaded signal into one new case with a task.
pub(super) async fn plan_with_task(fixture: &Fixture, input: &PlanInput) -> (PlanCommit, CaseId) {
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
    assert_eq!(fixture.store.projects_to_plan(NOON).await.unwrap(), [project]);
    let input = load(fixture).await;
    assert_eq!(input.signals.len(), 1);
    let done = fixture.store.plan_commit(&plan(fixture, &input)).await.unwrap();
    assert_eq!(done, Committed::Yes);
    assert_eq!(load(fixture).await.signals, []);
    assert_eq!(fixture.store.projects_to_plan(NOON).await.unwrap(), []);
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
    assert_eq!(fixture.store.projects_to_plan(NOON).await.unwrap(), []);
    assert_eq!(load(fixture).await.cases, BTreeSet::new());
    fixture.store.task_move(plan.tasks[0].id, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert_eq!(fixture.store.projects_to_plan(NOON).await.unwrap(), [input.project]);
    assert_eq!(load(fixture).await.cases, BTreeSet::from([case]));
}

async fn a_case_is_looked_at_again_when_its_time_has_come(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (mut plan, case) = plan_with_task(fixture, &input).await;
    let later = NOON.plus(Duration::from_hours(1));
    plan.tasks.clear();
    plan.cases[0].state = CaseState::Watching;
    plan.due.insert(case, later);
    fixture.store.plan_commit(&plan).await.unwrap();
    let store = &fixture.store;
    assert_eq!(store.projects_to_plan(NOON).await.unwrap(), []);
    assert_eq!(load(fixture).await.cases, BTreeSet::new());
    assert_eq!(store.projects_to_plan(later).await.unwrap(), [input.project]);
    let come = store.plan_load(input.project, 10, later).await.unwrap();
    assert_eq!((come.cases, come.signals), (BTreeSet::from([case]), vec![]));
    let again = PlanCommit { cases: plan.cases.clone(), ..self::plan(fixture, &load(fixture).await) };
    store.plan_commit(&again).await.unwrap();
    assert_eq!(store.projects_to_plan(later).await.unwrap(), [], "a plan that names no time takes it away");
}

async fn facts_are_those_of_all_signals_of_a_case(fixture: &Fixture) {
    for fingerprint in ["a", "a", "b"] {
        record(fixture, fingerprint).await;
    }
    let earlier = NOON.minus(Duration::from_hours(2));
    let mut fold = fixture.fold("c").await;
    fold.severity = Severity::Fatal;
    fold.hold = Some(signalbox_domain::signal::HoldReason::TooOld);
    fold.records = vec![FoldedRecord { mark: None, at: earlier, count: 5, held: false }];
    fold.samples = vec![fixture.sample("of c")];
    let part = FoldPart { folds: vec![fold], ..FoldPart::default() };
    fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, NOON).await.unwrap();
    let input = load(fixture).await;
    let alone = ids(&input);
    let asked = wish(&input, BTreeMap::new(), alone.clone());
    let hours = fixture.store.plan_gather(&asked).await.unwrap().signal_hours;
    let noon = NOON.micros().div_euclid(3_600_000_000);
    assert_eq!(hours[&alone[0]], [HourCount { hour: noon, count: 2 }]);

    let (mut plan, case) = plan_with_task(fixture, &input).await;
    let mut first = fixture.task_of(input.project, case, 1);
    first.state = TaskState::Done;
    fixture.store.task_open(&first, None, &plan.policy).await.unwrap();
    plan.cases[0].generation = 2;
    plan.tasks = vec![fixture.task_of(input.project, case, 2)];
    fixture.store.plan_commit(&plan).await.unwrap();
    let mut asked = wish(&input, BTreeMap::from([(case, 3)]), vec![]);
    let facts = fixture.store.plan_gather(&asked).await.unwrap();
    let of_case = &facts.cases[&case];
    assert_eq!((of_case.signals, of_case.free, of_case.records), (3, 2, 8));
    assert_eq!((of_case.first_seen, of_case.last_seen, of_case.severity), (earlier, NOON, Severity::Fatal));
    let both = [HourCount { hour: noon - 2, count: 5 }, HourCount { hour: noon, count: 3 }];
    assert_eq!(of_case.hours, both);
    assert_eq!(of_case.members, [], "the plan has read them all");
    assert_eq!(of_case.record.tasks, [(plan.tasks[0].id, TaskState::Queued)]);
    assert_eq!(of_case.record.moved_at, Some(NOON));
    let past = EarlierTask { generation: 1, task: first.id, state: TaskState::Done };
    assert_eq!(of_case.record.earlier, [past]);
    assert_eq!((facts.live_tasks, facts.quota.used), (1, 1));
    assert!(facts.quota.ends_at > NOON);

    asked.cases.insert(case, 1);
    asked.since_hour = noon - 1;
    let facts = fixture.store.plan_gather(&asked).await.unwrap();
    let members: Vec<u64> = facts.cases[&case].members.iter().map(|one| one.signal.count).collect();
    assert_eq!(members, [5, 2, 1], "the largest first");
    assert_eq!(facts.cases[&case].members[0].samples.len(), 1);
    assert_eq!(facts.cases[&case].hours, both[1..]);
    let gone: CaseId = fixture.id();
    let asked = wish(&input, BTreeMap::from([(gone, 0)]), vec![]);
    assert_eq!(fixture.store.plan_gather(&asked).await.unwrap().cases, BTreeMap::new());
}

async fn open_cases_are_told_to_grouping_page_by_page(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let mut plan = plan(fixture, &input);
    let states = [CaseState::Watching, CaseState::Fixed, CaseState::Tasked, CaseState::Snoozed];
    plan.cases = states.map(|state| Case { state, ..case(fixture, input.project) }).to_vec();
    let id = |at: usize| plan.cases[at].id;
    let (first, tasked, snoozed) = (id(0), id(2), id(3));
    plan.exemplars = BTreeMap::from([(first, "one".to_owned()), (tasked, "two".to_owned())]);
    plan.joins = vec![(ids(&input)[0], snoozed)];
    fixture.store.plan_commit(&plan).await.unwrap();
    let page = fixture.store.exemplars_list(input.project, None, 2).await.unwrap();
    let open = |id, text: Option<&str>| OpenCase { id, exemplars: text.map(str::to_owned) };
    assert_eq!(page.cases, [open(first, Some("one")), open(tasked, Some("two"))]);
    assert_eq!(page.revision, input.revision + 1);
    let rest = fixture.store.exemplars_list(input.project, Some(tasked), 2).await.unwrap();
    assert_eq!(rest.cases, [open(snoozed, None)]);
    let members = fixture.store.case_members(snoozed).await.unwrap();
    assert_eq!(members.iter().map(|one| one.signal.id).collect::<Vec<_>>(), ids(&input));

    let mut next = self::plan(fixture, &load(fixture).await);
    next.exemplars = BTreeMap::from([(first, "three".to_owned())]);
    fixture.store.plan_commit(&next).await.unwrap();
    let page = fixture.store.exemplars_list(input.project, None, 1).await.unwrap();
    assert_eq!(page.cases, [open(first, Some("three"))]);
}

async fn the_signals_of_a_case_come_as_they_came_to_it(fixture: &Fixture) {
    let mut expected = Vec::new();
    let mut of_case = None;
    for (hours, fingerprint) in [(0, "b"), (1, "a"), (2, "c")] {
        record(fixture, fingerprint).await;
        let input = load(fixture).await;
        let (plan, case) = plan_with_task(fixture, &input).await;
        let case = *of_case.get_or_insert(case);
        let at = NOON.plus(Duration::from_hours(hours));
        let joins: Vec<(SignalId, CaseId)> = ids(&input).into_iter().map(|signal| (signal, case)).collect();
        expected.extend(joins.iter().map(|(signal, _)| *signal));
        let cases = if hours == 0 { plan.cases } else { vec![] };
        let plan = PlanCommit { at, joins, cases, ..self::plan(fixture, &input) };
        fixture.store.plan_commit(&plan).await.unwrap();
    }
    let case = of_case.unwrap();
    let bound = fixture.store.case_bonds(case, 10).await.unwrap();
    assert_eq!(bound.iter().map(|one| one.signal.signal.id).collect::<Vec<_>>(), expected);
    assert!(bound.iter().all(|one| one.bond == Bond::Likeness && one.signal.case == Some(case)));
    assert_eq!(fixture.store.case_bonds(case, 2).await.unwrap(), bound[..2]);
}

async fn a_task_that_nobody_has_begun_gets_its_new_rank(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (plan, _) = plan_with_task(fixture, &input).await;
    fixture.store.plan_commit(&plan).await.unwrap();
    let task = plan.tasks[0].id;
    let ranked = async |priority| {
        let ranks = vec![(task, priority)];
        let plan = PlanCommit { ranks, ..self::plan(fixture, &load(fixture).await) };
        assert_eq!(fixture.store.plan_commit(&plan).await.unwrap(), Committed::Yes);
        fixture.store.task_show(task).await.unwrap().unwrap().priority
    };
    assert_eq!(ranked(Priority::P0).await, Priority::P0);
    fixture.store.task_move(task, TaskEvent::PickUp, None, NOON).await.unwrap();
    assert_eq!(ranked(Priority::P4).await, Priority::P0, "a person has it in hand");
}

async fn of_two_plans_at_the_end_of_a_quota_one_is_written(fixture: &Fixture) {
    for (place, (fingerprint, granted)) in
        [("a", true), ("b", true), ("c", true), ("d", false)].into_iter().enumerate()
    {
        record(fixture, fingerprint).await;
        let input = load(fixture).await;
        let (plan, case) = plan_with_task(fixture, &input).await;
        let wanted = if granted { Committed::Yes } else { Committed::Stale };
        assert_eq!(fixture.store.plan_commit(&plan).await.unwrap(), wanted, "{fingerprint}");
        assert_eq!(fixture.store.case_show(case).await.unwrap().is_some(), granted);
        let facts = fixture.store.plan_gather(&wish(&input, BTreeMap::new(), vec![])).await.unwrap();
        assert_eq!(facts.quota.used, quota().units.min(place as u64 + 1));
    }
}

async fn plans_are_kept_with_their_reasons(fixture: &Fixture) {
    record(fixture, "a").await;
    let input = load(fixture).await;
    let (mut plan, case) = plan_with_task(fixture, &input).await;
    plan.summary = PlanSummary { signals: 1, new_cases: 1, tasks: 1, ..PlanSummary::default() }
        .explained(&[fixture.decided(Subject::Case(case), "task-opened")]);
    fixture.store.plan_commit(&plan).await.unwrap();
    let other = self::plan(fixture, &load(fixture).await);
    fixture.store.plan_commit(&other).await.unwrap();
    let page = |before| Page { before, size: 1 };
    let newest = fixture.store.plans_list(Some(input.project), page(None)).await.unwrap();
    assert_eq!(newest.iter().map(|one| one.id).collect::<Vec<_>>(), [other.id]);
    let [first] = fixture.store.plans_list(None, page(Some(other.id))).await.unwrap().try_into().unwrap();
    assert_eq!((first.id, first.revision, &first.summary), (plan.id, input.revision + 1, &plan.summary));
    assert_eq!(fixture.store.plan_show(plan.id).await.unwrap(), Some(first));
    assert_eq!(fixture.store.plan_show(fixture.id()).await.unwrap(), None);
}

fn ruling() -> Ruling {
    let ruled = Ruled::Dismiss { code: DismissCode::Noise, words: "a robot".into() };
    Ruling { by: "ada".into(), at: NOON, generation: 1, ruled }
}

fn dismissal(case: CaseId, seen: Option<i64>, ruling: &Ruling) -> CaseRuling<'_> {
    let event = Some(CaseEvent::Dismiss);
    CaseRuling { case, seen, event, ruling: Some(ruling), due: NOON, decisions: &[], now: NOON }
}

async fn a_case(fixture: &Fixture) -> CaseId {
    record(fixture, "a").await;
    let (plan, case) = plan_with_task(fixture, &load(fixture).await).await;
    fixture.store.plan_commit(&plan).await.unwrap();
    case
}

async fn of_two_rulings_on_one_version_one_is_kept(fixture: &Fixture) {
    let case = a_case(fixture).await;
    let ruling = ruling();
    let other = fixture.other_process().await;
    let wish = dismissal(case, Some(0), &ruling);
    let (one, two) = tokio::join!(fixture.store.case_rule(&wish), other.case_rule(&wish));
    let mut done = [one.unwrap(), two.unwrap()];
    done.sort_by_key(|one| matches!(one, CaseRuled::Overtaken { .. }));
    let yes = CaseRuled::Yes { state: CaseState::Dismissed, version: 1 };
    assert_eq!(done, [yes, CaseRuled::Overtaken { version: 1 }]);
    let kept = fixture.store.case_show(case).await.unwrap().unwrap();
    assert_eq!((kept.case.state, kept.version, kept.ruling), (CaseState::Dismissed, 1, Some(ruling)));
}

async fn a_ruling_makes_plans_under_way_stale_and_has_the_case_planned_again(fixture: &Fixture) {
    let case = a_case(fixture).await;
    let input = load(fixture).await;
    let under_way = plan(fixture, &input);
    let decision = fixture.decided(Subject::Case(case), "dismissed");
    let ruling = ruling();
    let wish = CaseRuling { decisions: std::slice::from_ref(&decision), ..dismissal(case, None, &ruling) };
    fixture.store.case_rule(&wish).await.unwrap();
    assert_eq!(fixture.store.plan_commit(&under_way).await.unwrap(), Committed::Stale);
    assert_eq!(load(fixture).await.cases, BTreeSet::from([case]));
    let told = fixture.store.decisions_list(Subject::Case(case), 10).await.unwrap();
    assert_eq!(told.len(), 1);
    // A plan that writes the case keeps what people decided.
    let record = fixture.store.case_show(case).await.unwrap().unwrap();
    let next = PlanCommit { cases: vec![record.case.clone()], ..plan(fixture, &load(fixture).await) };
    assert_eq!(fixture.store.plan_commit(&next).await.unwrap(), Committed::Yes);
    assert_eq!(fixture.store.case_show(case).await.unwrap(), Some(record));
}

async fn an_illegal_ruling_changes_nothing(fixture: &Fixture) {
    let case = a_case(fixture).await;
    let before = load(fixture).await;
    let ruling = ruling();
    let wish = CaseRuling { event: Some(CaseEvent::Wake), ..dismissal(case, None, &ruling) };
    assert!(matches!(fixture.store.case_rule(&wish).await, Err(StoreError::Illegal(_))));
    assert_eq!(load(fixture).await, before);
    let gone = fixture.store.case_rule(&dismissal(fixture.id(), None, &ruling)).await;
    assert!(matches!(gone, Err(StoreError::Missing { what: "case", .. })), "{gone:?}");
}

async fn a_rule_takes_what_it_names_and_has_its_cases_looked_at(fixture: &Fixture) {
    let case = a_case(fixture).await;
    record(fixture, "b").await;
    let project = fixture.project("web").await;
    let count = async |rule: &SuppressionRule| {
        let taken = fixture.store.suppression_count(project, rule).await.unwrap();
        (taken.taken, taken.of)
    };
    let of_title = |title: &str| SuppressionRule { title: Some(title.into()), ..SuppressionRule::default() };
    assert_eq!(count(&SuppressionRule::default()).await, (2, 2));
    assert_eq!(count(&of_title("broke")).await, (2, 2));
    assert_eq!((count(&of_title("Broke")).await, count(&of_title("%")).await), ((0, 2), (0, 2)));
    let logs = SuppressionRule { source: Some(SourceFamily::Logs), ..SuppressionRule::default() };
    assert_eq!(count(&logs).await, (0, 2));

    let suppression = Suppression {
        id: fixture.id(),
        project,
        owner: "ada".into(),
        reason: "known".into(),
        rule: of_title("broke"),
        made_at: NOON,
        expires_at: NOON.plus(Duration::from_hours(1)),
        lifted_at: None,
    };
    let decision = fixture.decided(Subject::Project(project), "rule-made");
    let before = plan(fixture, &load(fixture).await);
    fixture.store.suppression_put(&suppression, &decision).await.unwrap();
    assert_eq!(fixture.store.plan_commit(&before).await.unwrap(), Committed::Stale);
    let input = load(fixture).await;
    assert_eq!(
        (input.suppressions.as_slice(), input.cases),
        ([suppression.clone()].as_slice(), BTreeSet::from([case]))
    );
    let after = fixture.store.plan_load(project, 10, suppression.expires_at).await.unwrap();
    assert_eq!(after.suppressions, []);

    let lifted = NOON.plus(Duration::from_mins(1));
    fixture.store.suppression_lift(&suppression, &decision, lifted).await.unwrap();
    fixture
        .store
        .suppression_lift(&suppression, &decision, lifted.plus(Duration::from_mins(1)))
        .await
        .unwrap();
    let kept = fixture.store.suppression_show(suppression.id).await.unwrap().unwrap();
    assert_eq!(kept, Suppression { lifted_at: Some(lifted), ..suppression });
    let listed = fixture.store.suppressions_list(Some(project), Page::first(10)).await.unwrap();
    assert_eq!(listed, [kept]);
    assert_eq!(load(fixture).await.suppressions, []);
}

async fn of_two_moves_on_one_version_one_is_made_and_it_is_undone_once(fixture: &Fixture) {
    let from = a_case(fixture).await;
    record(fixture, "b").await;
    let (plan, to) = plan_with_task(fixture, &load(fixture).await).await;
    let plan = PlanCommit { tasks: vec![], ..plan };
    fixture.store.plan_commit(&plan).await.unwrap();
    let wish = |id| SignalsMove {
        id,
        kind: MoveKind::Merge,
        by: "ada",
        from,
        to: MoveTo::Known(to),
        signals: None,
        seen_from: Some(0),
        seen_to: None,
        now: NOON,
    };
    let (first, second) = (wish(fixture.id()), wish(fixture.id()));
    let other = fixture.other_process().await;
    let (one, two) =
        tokio::join!(fixture.store.signals_move(&first, |_| vec![]), other.signals_move(&second, |_| vec![]));
    let (id, moved, refused) = match (one.unwrap(), two.unwrap()) {
        (Moved::Yes(moved), refused) => (first.id, moved, refused),
        (refused, Moved::Yes(moved)) => (second.id, moved, refused),
        both => panic!("{both:?}"),
    };
    assert!(matches!(refused, Moved::Unfit | Moved::Overtaken { .. }), "{refused:?}");
    let TaskFate::CameAlong { task } = moved.task else { panic!("{moved:?}") };
    let tasks_of = async |case| fixture.store.case_show(case).await.unwrap().unwrap().tasks;
    assert_eq!((tasks_of(from).await.len(), tasks_of(to).await), (0, vec![(task, TaskState::Queued)]));

    let decision = fixture.decided(Subject::Case(from), "move-undone");
    let undo = async |store: &signalbox_store::Store| {
        store.move_undo(id, NOON, |_| vec![decision.clone()]).await.unwrap()
    };
    let (one, two) = tokio::join!(undo(&fixture.store), undo(&other));
    let undone = [one, two].iter().filter(|done| matches!(done, Moved::Yes(_))).count();
    assert_eq!(undone, 1);
    assert_eq!((tasks_of(from).await, tasks_of(to).await.len()), (vec![(task, TaskState::Queued)], 0));
    let [kept] = fixture.store.moves_list(to, 10).await.unwrap().try_into().unwrap();
    assert_eq!((kept.id, kept.undone_at), (id, Some(NOON)));
}
