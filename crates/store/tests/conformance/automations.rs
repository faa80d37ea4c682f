//! A firing exists once, and ends together with its task.

use std::time::Duration;

use signalbox_domain::automation::{Action, Automation, Firing, Trigger};
use signalbox_domain::ids::{AutomationId, FiringId};
use signalbox_domain::policy::Policy;
use signalbox_domain::states::{FiringEvent, FiringState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Task};
use signalbox_domain::time::Timestamp;
use signalbox_store::automations::FiringOpened;
use signalbox_store::tasks::TaskFilter;
use signalbox_store::{Page, StoreError};
use tokio::task::JoinSet;

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    an_automation_keeps_its_first_id,
    a_trigger_fires_once_for_a_time,
    of_many_who_fire_at_once_one_is_new,
    what_is_due_comes_oldest_first,
    a_firing_moves_along_its_machine,
    a_firing_ends_with_its_task,
    a_firing_that_was_begun_ends_with_its_task,
    fulfilling_again_changes_nothing,
    of_many_who_fulfil_at_once_one_opens_the_task,
    a_task_that_is_there_already_is_the_firings,
    a_task_too_deep_is_not_opened,
    firings_are_paged_newest_first,
}

fn after(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn automation(fixture: &Fixture, name: &str) -> Automation {
    Automation {
        id: fixture.id(),
        name: name.parse().unwrap(),
        triggers: vec![
            Trigger::Cron { schedule: "0 8 * * 1".to_owned(), zone: "Europe/Berlin".to_owned() },
            Trigger::Api,
        ],
        action: Action::OpenTask {
            project: "web".parse().unwrap(),
            repository: "acme/shop".parse().unwrap(),
            title: "Look after the dependencies".to_owned(),
            brief: "Update what is out of date.".to_owned(),
            intent: Intent::Change,
            mode: Mode::Cloud,
            priority: Priority::P3,
        },
    }
}

async fn kept(fixture: &Fixture) -> AutomationId {
    let automation = automation(fixture, "weekly");
    fixture.store.automation_put(&automation, NOON).await.unwrap().id
}

fn firing(fixture: &Fixture, automation: AutomationId, due_at: Timestamp) -> Firing {
    Firing {
        id: fixture.id(),
        automation,
        trigger: 0,
        due_at,
        state: FiringState::Due,
        delivery: Some(fixture.id()),
        task: None,
        reason: None,
    }
}

async fn opened(fixture: &Fixture) -> Firing {
    let firing = firing(fixture, kept(fixture).await, NOON);
    assert_eq!(fixture.store.firing_open(&firing, NOON).await.unwrap(), FiringOpened::New);
    firing
}

async fn task_of(fixture: &Fixture, firing: FiringId) -> Task {
    let project = fixture.project("web").await;
    fixture.task(project, Origin::Automation { firing })
}

async fn fulfil(fixture: &Fixture, firing: &Firing, task: &Task) -> Firing {
    fixture.store.firing_fulfil(firing.id, task, &Policy::default(), after(1)).await.unwrap()
}

async fn only_firing(fixture: &Fixture, automation: AutomationId) -> Firing {
    let mut firings = fixture.store.firings_list(automation, Page::first(10)).await.unwrap();
    assert_eq!(firings.len(), 1);
    firings.remove(0)
}

async fn tasks(fixture: &Fixture) -> Vec<Task> {
    fixture.store.tasks_list(TaskFilter::default(), Page::first(10)).await.unwrap()
}

async fn an_automation_keeps_its_first_id(fixture: &Fixture) {
    let store = &fixture.store;
    let first = automation(fixture, "weekly");
    assert_eq!(store.automation_put(&first, NOON).await.unwrap(), first);
    let changed = Automation { id: fixture.id(), triggers: vec![Trigger::Api], ..first.clone() };
    let kept = store.automation_put(&changed, NOON).await.unwrap();
    assert_eq!(kept, Automation { id: first.id, ..changed });
    let daily = store.automation_put(&automation(fixture, "daily"), NOON).await.unwrap();
    assert_eq!(store.automations_list().await.unwrap(), [daily, kept]);
}

async fn a_trigger_fires_once_for_a_time(fixture: &Fixture) {
    let first = opened(fixture).await;
    let again = Firing { id: fixture.id(), ..first.clone() };
    let repeated = fixture.store.firing_open(&again, NOON).await.unwrap();
    assert_eq!(repeated, FiringOpened::Repeated { existing: first.clone() });
    for other in [
        Firing { id: fixture.id(), trigger: 1, ..first.clone() },
        Firing { id: fixture.id(), due_at: after(60), ..first.clone() },
    ] {
        assert_eq!(fixture.store.firing_open(&other, NOON).await.unwrap(), FiringOpened::New);
    }
}

async fn of_many_who_fire_at_once_one_is_new(fixture: &Fixture) {
    let automation = kept(fixture).await;
    let mut firers = JoinSet::new();
    for _ in 0..8 {
        let (store, firing) = (fixture.other_process().await, firing(fixture, automation, NOON));
        firers.spawn(async move { (firing.id, store.firing_open(&firing, NOON).await.unwrap()) });
    }
    let answers = firers.join_all().await;
    let new: Vec<_> = answers.iter().filter(|(_, opened)| *opened == FiringOpened::New).collect();
    assert_eq!(new.len(), 1, "{answers:?}");
    assert_eq!(only_firing(fixture, automation).await.id, new[0].0);
}

async fn what_is_due_comes_oldest_first(fixture: &Fixture) {
    let (store, automation) = (&fixture.store, kept(fixture).await);
    let mut ids = Vec::new();
    for seconds in [30, 10, 20, 60, 5] {
        let firing = firing(fixture, automation, after(seconds));
        store.firing_open(&firing, NOON).await.unwrap();
        ids.push(firing.id);
    }
    store.firing_move(ids[1], FiringEvent::Start, None, None, NOON).await.unwrap();
    store.firing_move(ids[4], FiringEvent::Skip, None, Some("paused"), NOON).await.unwrap();
    let due: Vec<_> = store.firings_due(after(30), 10).await.unwrap();
    assert_eq!(due.iter().map(|firing| firing.id).collect::<Vec<_>>(), [ids[1], ids[2], ids[0]]);
    assert_eq!(store.firings_due(after(30), 1).await.unwrap()[0].id, ids[1]);
}

async fn a_firing_moves_along_its_machine(fixture: &Fixture) {
    let (store, firing) = (&fixture.store, opened(fixture).await);
    let started = store.firing_move(firing.id, FiringEvent::Start, None, None, NOON).await.unwrap();
    assert_eq!(started, FiringState::Started);
    let illegal = store.firing_move(firing.id, FiringEvent::Skip, None, Some("late"), NOON).await;
    assert!(matches!(illegal, Err(StoreError::Illegal(_))), "{illegal:?}");
    assert_eq!(
        only_firing(fixture, firing.automation).await,
        Firing { state: FiringState::Started, ..firing.clone() }
    );
    let task = fixture.id();
    store.firing_move(firing.id, FiringEvent::Fail, Some(task), Some("no repository"), NOON).await.unwrap();
    let failed = only_firing(fixture, firing.automation).await;
    assert_eq!((failed.task, failed.reason.as_deref()), (Some(task), Some("no repository")));
    store.firing_move(firing.id, FiringEvent::Retry, None, None, NOON).await.unwrap();
    let again = only_firing(fixture, firing.automation).await;
    assert_eq!((again.state, again.task, again.reason), (FiringState::Due, Some(task), None));
    let unknown = store.firing_move(fixture.id(), FiringEvent::Start, None, None, NOON).await;
    assert!(matches!(unknown, Err(StoreError::Missing { what: "firing", .. })), "{unknown:?}");
}

async fn a_firing_ends_with_its_task(fixture: &Fixture) {
    let firing = opened(fixture).await;
    let task = task_of(fixture, firing.id).await;
    let ended = fulfil(fixture, &firing, &task).await;
    let expected = Firing { state: FiringState::Succeeded, task: Some(task.id), ..firing.clone() };
    assert_eq!(ended, expected);
    assert_eq!(only_firing(fixture, firing.automation).await, expected);
    assert_eq!(tasks(fixture).await, [task]);
    assert_eq!(fixture.store.firings_due(after(9), 10).await.unwrap(), []);
}

async fn a_firing_that_was_begun_ends_with_its_task(fixture: &Fixture) {
    let firing = opened(fixture).await;
    fixture.store.firing_move(firing.id, FiringEvent::Start, None, None, NOON).await.unwrap();
    let task = task_of(fixture, firing.id).await;
    let ended = fulfil(fixture, &firing, &task).await;
    assert_eq!((ended.state, ended.task), (FiringState::Succeeded, Some(task.id)));
}

async fn fulfilling_again_changes_nothing(fixture: &Fixture) {
    let firing = opened(fixture).await;
    let first = task_of(fixture, firing.id).await;
    let ended = fulfil(fixture, &firing, &first).await;
    // Whoever repeats it after a crash draws a new id for the task.
    let second = task_of(fixture, firing.id).await;
    assert_eq!(fulfil(fixture, &firing, &second).await, ended);
    assert_eq!(tasks(fixture).await, [first]);
}

async fn of_many_who_fulfil_at_once_one_opens_the_task(fixture: &Fixture) {
    let firing = opened(fixture).await;
    let mut everyone = JoinSet::new();
    for _ in 0..6 {
        let (store, task, id) = (fixture.other_process().await, task_of(fixture, firing.id).await, firing.id);
        everyone
            .spawn(async move { store.firing_fulfil(id, &task, &Policy::default(), NOON).await.unwrap() });
    }
    let answers = everyone.join_all().await;
    let opened = tasks(fixture).await;
    assert_eq!(opened.len(), 1, "{opened:?}");
    for ended in answers {
        assert_eq!((ended.state, ended.task), (FiringState::Succeeded, Some(opened[0].id)));
    }
}

async fn a_task_that_is_there_already_is_the_firings(fixture: &Fixture) {
    let firing = opened(fixture).await;
    let key = format!("firing:{}", firing.id);
    let first = task_of(fixture, firing.id).await;
    fixture.store.task_open(&first, Some(&key), &Policy::default()).await.unwrap();
    let ended = fulfil(fixture, &firing, &task_of(fixture, firing.id).await).await;
    assert_eq!((ended.state, ended.task), (FiringState::Succeeded, Some(first.id)));
    assert_eq!(tasks(fixture).await, [first]);
}

async fn a_task_too_deep_is_not_opened(fixture: &Fixture) {
    for (begun, state) in [(false, FiringState::Skipped), (true, FiringState::Failed)] {
        let automation = fixture.store.automation_put(&automation(fixture, "deep"), NOON).await.unwrap().id;
        let firing = Firing { trigger: u32::from(begun), ..firing(fixture, automation, NOON) };
        fixture.store.firing_open(&firing, NOON).await.unwrap();
        if begun {
            fixture.store.firing_move(firing.id, FiringEvent::Start, None, None, NOON).await.unwrap();
        }
        let task = task_of(fixture, firing.id).await;
        let task = Task { lineage: Lineage { depth: 4, ..task.lineage }, ..task };
        let ended = fulfil(fixture, &firing, &task).await;
        assert_eq!((ended.state, ended.task), (state, None));
        let reason = ended.reason.clone().unwrap();
        assert_eq!(reason, "the task would be 4 tasks deep; the limit is 3");
        assert_eq!(fulfil(fixture, &firing, &task).await, ended);
        assert_eq!(tasks(fixture).await, []);
    }
}

async fn firings_are_paged_newest_first(fixture: &Fixture) {
    let automation = kept(fixture).await;
    let mut made = Vec::new();
    for n in 0..5 {
        let firing = firing(fixture, automation, after(n));
        fixture.store.firing_open(&firing, NOON).await.unwrap();
        made.insert(0, firing);
    }
    let first = fixture.store.firings_list(automation, Page::first(3)).await.unwrap();
    assert_eq!(first, made[..3]);
    let page = Page { before: Some(first[2].id), size: 3 };
    assert_eq!(fixture.store.firings_list(automation, page).await.unwrap(), made[3..]);
}
