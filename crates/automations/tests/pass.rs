//! Passes on a real store: a time fires once, whoever is dropped or comes at the same moment.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use signalbox_automations::{AutomationError, Automations};
use signalbox_domain::states::{FiringState, TaskState};
use signalbox_domain::task::{Mode, Origin, Starter};
use signalbox_domain::time::Timestamp;
use signalbox_store::StoreError;
use tokio::task::JoinSet;

use crate::fixture::{Fixture, after_noon, every, noon, on_both};

on_both! {
    a_new_schedule_counts_from_when_it_was_first_read,
    a_time_fires_once_also_after_a_restart,
    dropped_at_any_await_and_run_again_it_fires_once,
    of_many_at_once_one_fires,
    after_a_pause_the_newest_fires_and_the_others_say_why_not,
    a_changed_schedule_makes_up_for_nothing_of_the_old,
    a_firing_without_a_repository_fails_and_says_so,
    the_next_pass_comes_when_something_is_due,
}

async fn states(fixture: &Fixture) -> Vec<FiringState> {
    fixture.firings().await.iter().map(|firing| firing.state).collect()
}

async fn a_new_schedule_counts_from_when_it_was_first_read(fixture: &Fixture) {
    fixture.repository().await;
    let status = fixture.pass(&every("0 * * * *"), after_noon(30)).await;
    assert_eq!((status.configured, status.opened, status.skipped), (1, 0, 1));
    let firings = fixture.firings().await;
    assert_eq!((firings[0].due_at, firings[0].state), (after_noon(30), FiringState::Skipped));
    assert_eq!(firings[0].reason.as_deref(), Some("the schedule is new: it counts from here"));
    assert_eq!(fixture.tasks().await, []);
}

async fn a_time_fires_once_also_after_a_restart(fixture: &Fixture) {
    fixture.repository().await;
    let config = every("0 * * * *");
    fixture.pass(&config, after_noon(30)).await;
    let status = fixture.pass(&config, after_noon(60)).await;
    assert_eq!((status.opened, status.succeeded), (1, 1));
    for _ in 0..3 {
        let status = fixture.pass(&config, after_noon(61)).await;
        assert_eq!((status.opened, status.succeeded, status.skipped), (0, 0, 0));
    }
    let firing = fixture.firings().await.remove(1);
    assert_eq!((firing.due_at, firing.state), (after_noon(60), FiringState::Succeeded));
    let tasks = fixture.tasks().await;
    assert_eq!(tasks.len(), 1);
    let task = &tasks[0];
    assert_eq!(firing.task, Some(task.id));
    assert_eq!(task.origin, Origin::Automation { firing: firing.id });
    assert_eq!((task.state, task.starter, task.mode), (TaskState::Queued, Starter::Itself, Mode::Cloud));
    assert_eq!(task.title.value, "Tidy up");
    assert!(task.repository.is_some());
}

/// Polls a pass so many times and drops it then, as a kill would; None while it was not at its end.
async fn dropped_after(polls: u32, pass: impl Future) -> Option<()> {
    let mut pass = pin!(pass);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        pass.as_mut().poll(context).map(|_| Some(()))
    })
    .await
}

async fn dropped_at_any_await_and_run_again_it_fires_once(fixture: &Fixture) {
    fixture.repository().await;
    let config = every("* * * * *");
    fixture.pass(&config, noon()).await;
    let mut whole = 0;
    let mut minutes = 0;
    // Each round has a time of its own, and lets the pass come one poll further before it is dropped.
    while whole < 3 {
        minutes += 1;
        assert!(minutes < 400, "the pass does not come to its end");
        let polls = u32::try_from(minutes).unwrap();
        let killed = fixture.process(&config).await;
        whole += dropped_after(polls, killed.pass(after_noon(minutes))).await.map_or(0, |()| 1);
        pass_until_it_works(&fixture.process(&config).await, after_noon(minutes)).await;
        let firings = fixture.firings().await;
        let last = firings.last().unwrap();
        assert_eq!((last.due_at, last.state), (after_noon(minutes), FiringState::Succeeded), "{polls} polls");
        let tasks = fixture.tasks().await;
        assert_eq!(tasks.len(), usize::try_from(minutes).unwrap(), "{polls} polls");
        assert_eq!(firings.len(), tasks.len() + 1);
    }
    assert!(minutes > 3, "it was dropped before its end");
}

async fn of_many_at_once_one_fires(fixture: &Fixture) {
    fixture.repository().await;
    let config = every("* * * * *");
    fixture.pass(&config, noon()).await;
    for minutes in 1..=10 {
        let mut processes = JoinSet::new();
        for _ in 0..4 {
            let process = fixture.process(&config).await;
            processes.spawn(async move { pass_until_it_works(&process, after_noon(minutes)).await });
        }
        processes.join_all().await;
    }
    let mut expected = vec![FiringState::Skipped];
    expected.extend([FiringState::Succeeded; 10]);
    assert_eq!(states(fixture).await, expected);
    assert_eq!(fixture.tasks().await.len(), 10);
}

/// As the driver does it: whoever lost to another transaction passes again.
async fn pass_until_it_works(process: &Automations, now: Timestamp) {
    loop {
        match process.pass(now).await {
            Ok(_) => return,
            Err(
                AutomationError::Fulfil { source: StoreError::Contended { .. }, .. }
                | AutomationError::Open { source: StoreError::Contended { .. }, .. },
            ) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn after_a_pause_the_newest_fires_and_the_others_say_why_not(fixture: &Fixture) {
    fixture.repository().await;
    let config = every("0 * * * *");
    fixture.pass(&config, after_noon(30)).await;
    let status = fixture.pass(&config, after_noon(190)).await;
    assert_eq!((status.opened, status.skipped, status.succeeded), (1, 2, 1));
    use FiringState::{Skipped, Succeeded};
    assert_eq!(states(fixture).await, [Skipped, Skipped, Skipped, Succeeded]);
    let missed = fixture.firings().await.remove(1);
    assert_eq!(missed.due_at, after_noon(60));
    assert!(missed.reason.unwrap().contains("2026-11-21T15:00:00Z stands for all"));
    assert_eq!(fixture.tasks().await.len(), 1);
}

async fn a_changed_schedule_makes_up_for_nothing_of_the_old(fixture: &Fixture) {
    fixture.repository().await;
    fixture.pass(&every("0 8 * * *"), noon()).await;
    let hourly = every("0 * * * *");
    let status = fixture.pass(&hourly, after_noon(150)).await;
    assert_eq!((status.opened, status.skipped), (0, 1), "13:00 and 14:00 were never asked for");
    let mark = fixture.firings().await.pop().unwrap();
    assert_eq!(mark.reason.as_deref(), Some("the schedule was changed: it counts from here"));
    assert_eq!(fixture.pass(&hourly, after_noon(180)).await.succeeded, 1);
    let mut renamed = hourly.clone();
    renamed.rules[0].task.title = "Tidy up well".to_owned();
    assert_eq!(fixture.pass(&renamed, after_noon(240)).await.succeeded, 1, "the schedule is the same");
    let titles: Vec<String> = fixture.tasks().await.into_iter().map(|task| task.title.value).collect();
    assert_eq!(titles, ["Tidy up well", "Tidy up"]);
}

async fn a_firing_without_a_repository_fails_and_says_so(fixture: &Fixture) {
    let config = every("0 * * * *");
    fixture.pass(&config, noon()).await;
    let status = fixture.pass(&config, after_noon(60)).await;
    assert_eq!((status.succeeded, status.failed), (0, 1));
    let failed = fixture.firings().await.remove(1);
    assert_eq!(
        (failed.state, failed.reason.as_deref()),
        (FiringState::Failed, Some("there is no project web"))
    );
    fixture.store.project_ensure(&"web".parse().unwrap(), fixture.ids.next(), noon()).await.unwrap();
    fixture.pass(&config, after_noon(120)).await;
    let reason = fixture.firings().await.remove(2).reason.unwrap();
    assert!(reason.starts_with("the project web has no repository shop"), "{reason}");
    assert_eq!(fixture.tasks().await, []);
}

async fn the_next_pass_comes_when_something_is_due(fixture: &Fixture) {
    let end = fixture.process(&every("15 * * * *")).await.pass(after_noon(5)).await.unwrap();
    assert_eq!(end.report.next_at, Some(after_noon(15)));
    assert_eq!(end.next, signalbox_runtime::NextPass::Within(std::time::Duration::from_secs(600)));
    let none = fixture.process(&signalbox_automations::AutomationsConfig::default()).await;
    assert_eq!(none.pass(noon()).await.unwrap().next, signalbox_runtime::NextPass::AtPeriod);
}
