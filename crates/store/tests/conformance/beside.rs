//! What is kept beside tasks and cases, and what a plan reads beside them: work of others, people's choices, owners.

use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::case::Case;
use signalbox_domain::change::{Change, TouchedLines};
use signalbox_domain::context::{CaseLink, Context, LinkKind, Work};
use signalbox_domain::decision::Subject;
use signalbox_domain::form::{from_form, to_form};
use signalbox_domain::ids::{CaseId, ChangeId, PersonId, RepositoryId, TaskId};
use signalbox_domain::outcome::{Effort, Outcome, Verdict};
use signalbox_domain::policy::Policy;
use signalbox_domain::project::{Person, Repository};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{CaseState, ChangeState, Machine as _, TaskEvent, TaskState};
use signalbox_domain::task::{Origin, Priority, Task};
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{
    Beside, CasePick, CaseRuled, Choice, ClosedCase, Committed, NotOwner, Stands,
};
use signalbox_store::tasks::{Disown, TaskContext};

use super::on_both;
use super::planner::{load, plan_with_task, record, wish};
use crate::fixture::{Fixture, NOON};
use crate::raw::{Cell, Raw};

on_both! {
    what_is_kept_beside_a_task_and_its_case_is_read_back,
    work_beside_a_plan_is_what_lives_or_was_done_lately,
    changes_beside_a_plan_are_those_under_way_or_lately_in,
    a_picked_repository_stays_with_its_case_and_teaches,
    a_person_takes_their_own_first_and_disowns_what_is_not_theirs,
    closed_cases_and_how_earlier_tasks_ended_are_told,
}

const DAY: Duration = Duration::from_hours(24);

fn touched() -> Vec<TouchedLines> {
    vec![TouchedLines { path: "src/cart.js".to_owned(), first: 2, last: 14 }]
}

fn context() -> Context {
    from_form(include_str!("../../../domain/samples/context.v1.json")).unwrap()
}

async fn repository(fixture: &Fixture) -> RepositoryId {
    let project = fixture.project("web").await;
    let repository = Repository {
        id: fixture.id(),
        project,
        name: "acme/shop".parse().unwrap(),
        location: "/srv/git/shop".to_owned(),
        default_branch: "main".to_owned(),
    };
    fixture.store.repository_put(&repository, NOON).await.unwrap().id
}

/// As a plan reads it that asks for what was done within a day.
async fn beside(fixture: &Fixture) -> Beside {
    let asked = wish(&load(fixture).await, BTreeMap::new(), vec![]);
    fixture.store.plan_gather(&asked).await.unwrap().beside
}

async fn what_is_kept_beside_a_task_and_its_case_is_read_back(fixture: &Fixture) {
    record(fixture, "a").await;
    let (mut plan, case) = plan_with_task(fixture, &load(fixture).await).await;
    let (task, change): (TaskId, ChangeId) = (plan.tasks[0].id, fixture.id());
    plan.evidence.contexts.insert(task, (touched(), context()));
    let link = |work, how, words: &str, at| CaseLink { case, work, how, words: words.to_owned(), at };
    let later = NOON.plus(DAY);
    plan.evidence.links = vec![
        link(Work::Task(task), LinkKind::File, "the same file", NOON),
        link(Work::Change(change), LinkKind::Lines, "the same lines", later),
        link(Work::Task(task), LinkKind::Lines, "the same lines by now", later),
    ];
    assert_eq!(fixture.store.plan_commit(&plan).await.unwrap(), Committed::Yes);
    let kept = fixture.store.task_context(task).await.unwrap();
    assert_eq!(kept, Some(TaskContext { places: touched(), context: context() }));
    assert_eq!(fixture.store.task_context(fixture.id()).await.unwrap(), None);
    let first = link(Work::Task(task), LinkKind::Lines, "the same lines by now", NOON);
    let links = fixture.store.case_links(case).await.unwrap();
    assert_eq!(links, [plan.evidence.links[1].clone(), first.clone()], "one link a piece of work");
    assert_eq!(fixture.store.work_links(Work::Task(task)).await.unwrap(), [first]);
    assert_eq!(fixture.store.work_links(Work::Change(change)).await.unwrap().len(), 1);
    let work = beside(fixture).await.work;
    assert_eq!((work[0].work, work[0].touches.clone()), (Work::Task(task), touched()));
}

async fn work_beside_a_plan_is_what_lives_or_was_done_lately(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let (old, lately) = (NOON.minus(2 * DAY), NOON.minus(DAY / 2));
    let open = async |task: &Task| {
        fixture.store.task_open(task, None, &Policy::default()).await.unwrap();
        task.id
    };
    let of_case =
        |state, at| Task { state, opened_at: at, ..fixture.task_of(project, fixture.id::<CaseId>(), 1) };
    let live = open(&of_case(TaskState::Review, old)).await;
    let done = open(&of_case(TaskState::Done, lately)).await;
    for (state, at) in [(TaskState::Done, old), (TaskState::Failed, lately), (TaskState::Cancelled, lately)] {
        open(&of_case(state, at)).await;
    }
    let mut by_person = fixture.task(project, Origin::Person { person: None });
    by_person.brief = Sourced::person(format!("{}é{}", "x".repeat(3999), "y".repeat(100)));
    let by_person = open(&by_person).await;
    let mut ended = fixture.task(project, Origin::Person { person: None });
    ended.state = TaskState::Done;
    open(&ended).await;
    let beside = beside(fixture).await;
    assert_eq!(beside.project, Some("web".parse().unwrap()));
    let told: Vec<(Work, Stands)> = beside.work.iter().map(|one| (one.work, one.stands)).collect();
    assert_eq!(
        told,
        [
            (Work::Task(done), Stands::Done { at: lately }),
            (Work::Task(live), Stands::Live),
            (Work::Task(by_person), Stands::Live),
        ]
    );
    assert_eq!(beside.work[2].text.chars().count(), "Fix it\n".len() + 4000, "as far as it is looked at");
    assert!(beside.work[2].text.ends_with("xé"));
}

async fn changes_beside_a_plan_are_those_under_way_or_lately_in(fixture: &Fixture) {
    let (project, repository) = (fixture.project("web").await, repository(fixture).await);
    let mut raw = Raw::beside(fixture).await;
    let task_in = async |state, at| {
        let task = Task { state, opened_at: at, ..fixture.task_of(project, fixture.id::<CaseId>(), 1) };
        fixture.store.task_open(&task, None, &Policy::default()).await.unwrap();
        task.id
    };
    let (done, failed) = (task_in(TaskState::Done, NOON).await, task_in(TaskState::Failed, NOON).await);
    let old = NOON.minus(2 * DAY);
    let mut ids = Vec::new();
    for (branch, state, task, at) in [
        ("ada/cart", ChangeState::Open, None, old),
        ("ada/old", ChangeState::Merged, None, old),
        ("ada/new", ChangeState::Released, None, NOON),
        ("ours/done", ChangeState::Pushed, Some(done), old),
        ("ours/failed", ChangeState::Pushed, Some(failed), NOON),
        ("ada/closed", ChangeState::Closed, None, NOON),
    ] {
        let change = Change {
            id: fixture.id(),
            repository,
            task,
            case: None,
            state,
            branch: branch.to_owned(),
            base: "main".to_owned(),
            head: "3f6c".to_owned(),
            commits: 1,
            touches: touched(),
            pull_request: None,
            changed_at: at,
        };
        ids.push(change.id);
        put(&mut raw, &change).await;
    }
    let beside = beside(fixture).await;
    let changes: Vec<(Work, Stands, &str)> = beside
        .work
        .iter()
        .filter(|one| matches!(one.work, Work::Change(_)))
        .map(|one| (one.work, one.stands, one.text.as_str()))
        .collect();
    assert_eq!(
        changes,
        [
            (Work::Change(ids[2]), Stands::Done { at: NOON }, "ada/new"),
            (Work::Change(ids[0]), Stands::Live, "ada/cart"),
            (Work::Change(ids[3]), Stands::Done { at: NOON }, "ours/done"),
        ],
        "the newest first"
    );
    let open = beside.work.iter().find(|one| one.text == "ada/cart").unwrap();
    assert_eq!((open.repository, &open.touches), (Some(repository), &touched()));
    assert_eq!(open.shown, "the branch ada/cart, open");
}

async fn put(raw: &mut Raw, change: &Change) {
    let document = to_form(change).unwrap();
    let id = |id: Option<TaskId>| id.map_or(Cell::NoId, |id| Cell::Id(id.uuid()));
    let row = [
        ("id", Cell::Id(change.id.uuid())),
        ("repository_id", Cell::Id(change.repository.uuid())),
        ("task_id", id(change.task)),
        ("case_id", Cell::NoId),
        ("state", Cell::Text(change.state.name())),
        ("branch", Cell::Text(&change.branch)),
        ("document", Cell::Text(&document)),
        ("changed_at", Cell::Number(change.changed_at.micros())),
    ];
    raw.insert("changes", &row).await;
}

async fn a_picked_repository_stays_with_its_case_and_teaches(fixture: &Fixture) {
    let repository = repository(fixture).await;
    record(fixture, "a").await;
    let (mut plan, case) = plan_with_task(fixture, &load(fixture).await).await;
    plan.tasks.clear();
    fixture.store.plan_commit(&plan).await.unwrap();
    let stale = load(fixture).await;
    let decision = fixture.decided(Subject::Case(case), "repository-picked");
    let pick = |seen, now| CasePick {
        case,
        seen: Some(seen),
        repository,
        decisions: std::slice::from_ref(&decision),
        now,
    };
    let done = fixture.store.case_pick(&pick(0, NOON)).await.unwrap();
    assert!(matches!(done, CaseRuled::Yes { version: 1, .. }), "{done:?}");
    let again = fixture.store.case_pick(&pick(0, NOON)).await.unwrap();
    assert_eq!(again, CaseRuled::Overtaken { version: 1 });
    let late = signalbox_store::planner::PlanCommit { revision: stale.revision, ..plan.clone() };
    assert_eq!(fixture.store.plan_commit(&late).await.unwrap(), Committed::Stale, "made before the choice");
    assert_eq!(load(fixture).await.cases.into_iter().collect::<Vec<_>>(), [case], "looked at again");
    let revision = load(fixture).await.revision;
    let next = signalbox_store::planner::PlanCommit { revision, id: fixture.id(), ..plan };
    assert_eq!(fixture.store.plan_commit(&next).await.unwrap(), Committed::Yes);
    let kept = fixture.store.case_show(case).await.unwrap().unwrap();
    assert_eq!(kept.picked, Some(repository), "a plan leaves it alone");
    let learnt = Choice { title: "It broke".to_owned(), repository: "acme/shop".to_owned() };
    assert_eq!(beside(fixture).await.choices, [learnt]);
}

async fn a_person_takes_their_own_first_and_disowns_what_is_not_theirs(fixture: &Fixture) {
    let (project, repository) = (fixture.project("web").await, repository(fixture).await);
    let person = |name: &str| Person {
        id: fixture.id::<PersonId>(),
        name: name.to_owned(),
        emails: vec![],
        logins: vec![name.to_owned()],
    };
    let ada = fixture.store.person_put(&person("ada"), NOON).await.unwrap();
    let ben = fixture.store.person_put(&person("ben"), NOON).await.unwrap();
    let task = |assignee, priority| Task {
        assignee,
        priority,
        ..fixture.task(project, Origin::Person { person: None })
    };
    let others = task(Some(ben.id), Priority::P0);
    let anybodys = task(None, Priority::P1);
    let own = task(Some(ada.id), Priority::P4);
    let disowned = task(Some(ada.id), Priority::P0);
    for one in [&others, &anybodys, &own, &disowned] {
        fixture.store.task_open(one, None, &Policy::default()).await.unwrap();
    }
    let decision = fixture.decided(Subject::Task(disowned.id), "not-owned");
    let disown = |person| Disown { person, file: Some((repository, "src/cart.js")), decision: &decision };
    assert!(!fixture.store.task_disown(others.id, disown(ada.id), NOON).await.unwrap(), "ben's stays ben's");
    assert!(fixture.store.task_disown(disowned.id, disown(ada.id), NOON).await.unwrap());
    let said = NotOwner { repository, path: "src/cart.js".to_owned(), person: ada.id };
    let read = beside(fixture).await;
    assert_eq!((read.not_owners, read.people.len()), (vec![said], 2));
    let why = |task| fixture.decided(Subject::Task(task), "taken-in-hand");
    let mut taken = Vec::new();
    while let Some(next) = fixture.store.task_pick_up(None, Some(ada.id), why, NOON).await.unwrap() {
        taken.push(next.id);
    }
    assert_eq!(taken, [own.id, disowned.id, anybodys.id, others.id], "none waits for ever for an owner");
    fixture.store.task_move(own.id, TaskEvent::Cancel, None, Timestamp::EPOCH.plus(DAY)).await.unwrap();
}

async fn closed_cases_and_how_earlier_tasks_ended_are_told(fixture: &Fixture) {
    record(fixture, "a").await;
    let (mut plan, case) = plan_with_task(fixture, &load(fixture).await).await;
    let (task, project) = (plan.tasks[0].id, plan.project);
    let closed = |state| Case { id: fixture.id(), state, signals: vec![], ..plan.cases[0].clone() };
    let (fixed, open) = (closed(CaseState::Fixed), closed(CaseState::Snoozed));
    plan.cases.extend([fixed.clone(), open]);
    fixture.store.plan_commit(&plan).await.unwrap();
    fixture.store.task_move(task, TaskEvent::Cancel, None, NOON).await.unwrap();
    let verdict = Verdict::Cancelled { by: "ada".to_owned() };
    let (id, effort) = (fixture.id(), Effort::default());
    let outcome = Outcome { id, task, run: None, verdict, effort, at: NOON };
    let document = to_form(&outcome).unwrap();
    let row = [
        ("id", Cell::Id(outcome.id.uuid())),
        ("task_id", Cell::Id(task.uuid())),
        ("run_id", Cell::NoId),
        ("verdict", Cell::Text(outcome.verdict.name())),
        ("document", Cell::Text(&document)),
        ("at", Cell::Number(NOON.micros())),
    ];
    Raw::beside(fixture).await.insert("outcomes", &row).await;
    let asked = wish(&load(fixture).await, BTreeMap::from([(case, 0)]), vec![]);
    let beside = fixture.store.plan_gather(&asked).await.unwrap().beside;
    assert_eq!(beside.ended, BTreeMap::from([(task, outcome)]));
    let over = ClosedCase { case: fixed.id, title: fixed.title, state: CaseState::Fixed, ruling: None };
    assert_eq!((beside.closed, beside.project), (vec![over], Some("web".parse().unwrap())));
    assert_eq!(asked.project, project);
}
