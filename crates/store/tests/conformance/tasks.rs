//! `task_open` and the moves of a task.

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, FiringId, TaskId};
use signalbox_domain::outcome::{Effort, Outcome, Verdict};
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{TaskEvent, TaskState};
use signalbox_domain::task::{Lineage, Mode, Origin, Priority, Starter, Task, TaskCase};
use signalbox_store::tasks::{Opened, PutDown, PutDownEvent, TaskFilter};
use signalbox_store::{Page, StoreError};

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_case_generation_has_one_live_task,
    whoever_opens_it_a_case_generation_has_one_live_task,
    of_two_openers_at_once_one_opens,
    one_wish_is_granted_once,
    the_same_key_in_another_project_is_another_wish,
    tasks_that_cause_tasks_end_somewhere,
    an_illegal_move_changes_nothing,
    the_next_task_goes_into_one_hand,
    a_page_goes_on_where_the_last_one_ended,
    the_tasks_of_a_case_are_found_in_every_generation,
    what_was_written_is_read,
    a_person_starts_what_may_not_start_by_itself,
    a_task_leaves_a_hand_with_its_reason_or_not_at_all,
    who_started_a_task_is_kept_with_the_start_or_not_at_all,
}

async fn of_case(fixture: &Fixture, case: CaseId, generation: u32) -> Task {
    let project = fixture.project("web").await;
    fixture.task_of(project, case, generation)
}

async fn by_person(fixture: &Fixture) -> Task {
    let project = fixture.project("web").await;
    fixture.task(project, Origin::Person { person: None })
}

async fn open(fixture: &Fixture, task: &Task) -> Opened {
    fixture.store.task_open(task, None, &Policy::default()).await.unwrap()
}

async fn a_case_generation_has_one_live_task(fixture: &Fixture) {
    let case = fixture.id();
    let first = of_case(fixture, case, 1).await;
    assert_eq!(open(fixture, &first).await, Opened::New);
    let second = of_case(fixture, case, 1).await;
    assert_eq!(open(fixture, &second).await, Opened::AlreadyLive { task: first.id });
    let next_generation = of_case(fixture, case, 2).await;
    assert_eq!(open(fixture, &next_generation).await, Opened::New);

    fixture.store.task_move(first.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert_eq!(open(fixture, &second).await, Opened::New);
    let back = fixture.store.task_move(first.id, TaskEvent::Retry, None, NOON).await;
    let Err(StoreError::AlreadyLive { task, live }) = back else {
        panic!("a cancelled task must not come to life beside a live one: {back:?}")
    };
    assert_eq!((task, live), (first.id, second.id));
    fixture.store.task_move(second.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    fixture.store.task_move(first.id, TaskEvent::Retry, None, NOON).await.unwrap();
}

async fn whoever_opens_it_a_case_generation_has_one_live_task(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let origins = [
        Origin::Case,
        Origin::Person { person: None },
        Origin::Automation { firing: fixture.id() },
        Origin::Agent { run: fixture.id() },
    ];
    for first in origins {
        let on = TaskCase { case: fixture.id(), generation: 1 };
        let task = |origin| Task { case: Some(on), ..fixture.task(project, origin) };
        let standing = task(first);
        assert_eq!(open(fixture, &standing).await, Opened::New, "{first:?}");
        for second in origins {
            let wanted = task(second);
            let answer = Opened::AlreadyLive { task: standing.id };
            assert_eq!(open(fixture, &wanted).await, answer, "{second:?} beside {first:?}");
            assert_eq!(fixture.store.task_show(wanted.id).await.unwrap(), None);
        }
        let kept = fixture.store.task_show(standing.id).await.unwrap();
        assert_eq!(kept, Some(standing));
    }
}

async fn of_two_openers_at_once_one_opens(fixture: &Fixture) {
    for _ in 0..20 {
        let case = fixture.id();
        let (one, other) = (of_case(fixture, case, 1).await, of_case(fixture, case, 1).await);
        let policy = Policy::default();
        let (first, second) = tokio::join!(
            fixture.store.task_open(&one, None, &policy),
            fixture.store.task_open(&other, None, &policy)
        );
        let new =
            [first.unwrap(), second.unwrap()].into_iter().filter(|opened| *opened == Opened::New).count();
        assert_eq!(new, 1);
    }
}

async fn one_wish_is_granted_once(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let firing: FiringId = fixture.id();
    let origin = Origin::Automation { firing };
    let (first, again) = (fixture.task(project, origin), fixture.task(project, origin));
    let policy = Policy::default();
    let key = Some("firing:1");
    assert_eq!(fixture.store.task_open(&first, key, &policy).await.unwrap(), Opened::New);
    let repeated = Opened::Repeated { task: first.id };
    assert_eq!(fixture.store.task_open(&again, key, &policy).await.unwrap(), repeated);
    fixture.store.task_move(first.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert_eq!(fixture.store.task_open(&again, key, &policy).await.unwrap(), repeated);
    assert_eq!(fixture.store.task_open(&again, Some("firing:2"), &policy).await.unwrap(), Opened::New);
}

async fn the_same_key_in_another_project_is_another_wish(fixture: &Fixture) {
    let (web, app) = (fixture.project("web").await, fixture.project("app").await);
    let origin = Origin::Person { person: None };
    let policy = Policy::default();
    let key = Some("ticket-7");
    let (of_web, of_app) = (fixture.task(web, origin), fixture.task(app, origin));
    assert_eq!(fixture.store.task_open(&of_web, key, &policy).await.unwrap(), Opened::New);
    assert_eq!(fixture.store.task_open(&of_app, key, &policy).await.unwrap(), Opened::New);
    for (project, first) in [(web, of_web.id), (app, of_app.id)] {
        let again = fixture.store.task_open(&fixture.task(project, origin), key, &policy).await.unwrap();
        assert_eq!(again, Opened::Repeated { task: first });
    }
}

async fn tasks_that_cause_tasks_end_somewhere(fixture: &Fixture) {
    let mut task = by_person(fixture).await;
    let mut lineage = Lineage::root(task.id);
    for depth in 0..=3 {
        task.id = fixture.id();
        task.lineage = lineage;
        assert_eq!(open(fixture, &task).await, Opened::New, "depth {depth}");
        lineage = lineage.child();
    }
    task.id = fixture.id();
    task.lineage = lineage;
    assert_eq!(open(fixture, &task).await, Opened::TooDeep { depth: 4, limit: 3 });
    assert_eq!(fixture.store.task_show(task.id).await.unwrap(), None);
}

async fn an_illegal_move_changes_nothing(fixture: &Fixture) {
    let task = by_person(fixture).await;
    open(fixture, &task).await;
    let refused = fixture.store.task_move(task.id, TaskEvent::Accept, None, NOON).await;
    assert!(matches!(refused, Err(StoreError::Illegal(_))), "{refused:?}");
    let kept = fixture.store.task_show(task.id).await.unwrap().unwrap();
    assert_eq!(kept.state, TaskState::Queued);

    let missing = fixture.store.task_move(fixture.id(), TaskEvent::Start, None, NOON).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
}

async fn the_next_task_goes_into_one_hand(fixture: &Fixture) {
    let person = fixture.id();
    let mut urgent = by_person(fixture).await;
    urgent.priority = Priority::P0;
    let usual = by_person(fixture).await;
    open(fixture, &usual).await;
    open(fixture, &urgent).await;

    let by_ada = |task| started(fixture, task);
    let (one, other) = tokio::join!(
        fixture.store.task_pick_up(None, Some(person), by_ada, NOON),
        fixture.store.task_pick_up(None, Some(person), by_ada, NOON)
    );
    let mut taken: Vec<TaskId> = [one, other].into_iter().map(|task| task.unwrap().unwrap().id).collect();
    taken.sort();
    let mut both = vec![urgent.id, usual.id];
    both.sort();
    assert_eq!(taken, both);
    let kept = fixture.store.task_show(urgent.id).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.assignee), (TaskState::InHand, Some(person)));
    assert_eq!(fixture.store.task_pick_up(None, Some(person), by_ada, NOON).await.unwrap(), None);
}

async fn a_page_goes_on_where_the_last_one_ended(fixture: &Fixture) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        let task = by_person(fixture).await;
        open(fixture, &task).await;
        ids.push(task.id);
    }
    ids.reverse();
    let mut seen = Vec::new();
    let mut page = Page::first(2);
    loop {
        let tasks = fixture.store.tasks_list(TaskFilter::default(), page).await.unwrap();
        let Some(last) = tasks.last() else { break };
        page.before = Some(last.id);
        seen.extend(tasks.iter().map(|task| task.id));
    }
    assert_eq!(seen, ids);
}

async fn the_tasks_of_a_case_are_found_in_every_generation(fixture: &Fixture) {
    let case = fixture.id();
    let (old, new) = (of_case(fixture, case, 1).await, of_case(fixture, case, 2).await);
    for task in [&old, &new, &of_case(fixture, fixture.id(), 1).await] {
        assert_eq!(open(fixture, task).await, Opened::New);
    }
    let filter = TaskFilter { case: Some(case), ..TaskFilter::default() };
    let tasks = fixture.store.tasks_list(filter, Page::first(9)).await.unwrap();
    assert_eq!(tasks.iter().map(|task| task.id).collect::<Vec<_>>(), [new.id, old.id]);
}

async fn what_was_written_is_read(fixture: &Fixture) {
    let task = of_case(fixture, fixture.id(), 7).await;
    open(fixture, &task).await;
    assert_eq!(fixture.store.task_show(task.id).await.unwrap(), Some(task));
}

async fn a_person_starts_what_may_not_start_by_itself(fixture: &Fixture) {
    let mut task = by_person(fixture).await;
    task.starter = Starter::Person;
    open(fixture, &task).await;
    assert_eq!(fixture.store.queue_load(10, NOON).await.unwrap().tasks, []);

    let yes = started(fixture, task.id);
    fixture.store.task_approve(task.id, Mode::Cloud, &yes, NOON).await.unwrap();
    let queue = fixture.store.queue_load(10, NOON).await.unwrap().tasks;
    let [queued] = queue.as_slice() else { panic!("{queue:?}") };
    assert_eq!((queued.task, queued.starter, queued.mode), (task.id, Starter::Approved, Mode::Cloud));
    fixture.store.task_move(task.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert!(fixture.store.task_approve(task.id, Mode::Cloud, &yes, NOON).await.is_err());
}

async fn a_task_leaves_a_hand_with_its_reason_or_not_at_all(fixture: &Fixture) {
    let task = by_person(fixture).await;
    open(fixture, &task).await;
    let why = started(fixture, task.id);
    let reasons = || async { fixture.store.decisions_list(why.subject, 9).await.unwrap() };
    let finish = PutDown { event: PutDownEvent::Finish, outcome: None, decision: &why };
    for event in [TaskEvent::Hold, TaskEvent::Release, TaskEvent::Start] {
        fixture.store.task_move(task.id, event, None, NOON).await.unwrap();
        let refused = fixture.store.task_put_down(task.id, finish, NOON).await;
        assert!(matches!(refused, Err(StoreError::Illegal(_))), "{event}: {refused:?}");
    }
    assert_eq!(reasons().await, [], "what did not happen leaves no reason");

    fixture.store.task_move(task.id, TaskEvent::Requeue, None, NOON).await.unwrap();
    fixture.store.task_pick_up(None, None, |_| why.clone(), NOON).await.unwrap().unwrap();
    assert_eq!(reasons().await, std::slice::from_ref(&why));
    let back = PutDown { event: PutDownEvent::PutBack, ..finish };
    assert_eq!(fixture.store.task_put_down(task.id, back, NOON).await.unwrap(), TaskState::Queued);
    fixture.store.task_pick_up(None, None, |_| why.clone(), NOON).await.unwrap().unwrap();
    let outcome = Outcome {
        id: fixture.id(),
        task: task.id,
        run: None,
        verdict: Verdict::NothingToDo { text: Sourced::person("it was mended".to_owned()) },
        effort: Effort::default(),
        at: NOON,
    };
    let finish = PutDown { outcome: Some(&outcome), ..finish };
    assert_eq!(fixture.store.task_put_down(task.id, finish, NOON).await.unwrap(), TaskState::Done);
    assert_eq!(fixture.store.outcomes_list(task.id).await.unwrap(), [outcome]);
    assert_eq!(reasons().await[0].count, 4);
    assert!(fixture.store.task_put_down(task.id, back, NOON).await.is_err());
}

/// That a person has started it.
fn started(fixture: &Fixture, task: TaskId) -> Decision {
    let code = "started-by-a-person".parse().unwrap();
    let reason = Reason { code, words: "ada started it in cloud".to_owned() };
    let (id, subject) = (fixture.id(), Subject::Task(task));
    Decision { id, stage: Stage::Control, subject, reason, first_at: NOON, last_at: NOON, count: 1 }
}

async fn who_started_a_task_is_kept_with_the_start_or_not_at_all(fixture: &Fixture) {
    let task = by_person(fixture).await;
    open(fixture, &task).await;
    let yes = started(fixture, task.id);
    let kept = || async { fixture.store.decisions_list(yes.subject, 9).await.unwrap() };
    fixture.store.task_approve(task.id, Mode::Cloud, &yes, NOON).await.unwrap();
    assert_eq!(kept().await, std::slice::from_ref(&yes));

    fixture.store.task_move(task.id, TaskEvent::Cancel, None, NOON).await.unwrap();
    let late = Decision { id: fixture.id(), ..yes.clone() };
    assert!(fixture.store.task_approve(task.id, Mode::Local, &late, NOON).await.is_err());
    assert_eq!(kept().await, std::slice::from_ref(&yes), "what did not happen leaves no reason");
}
