use signalbox_domain::access::Role;
use signalbox_domain::ids::TaskId;
use signalbox_domain::job::ChangeReport;
use signalbox_domain::states::{RunState, TaskState};

use super::*;
use crate::fixture::{Fixture, LEASE, actor, wish};
use crate::views::RunAsk;

fn runner(fixture: &Fixture) -> Runner {
    fixture.runner("here")
}

/// A queued task with a pending run, as assign leaves it.
async fn assigned(fixture: &Fixture, agent: &str) -> (TaskId, RunId) {
    let (task, _) = fixture.tasks().make(&actor(Role::Engineer), wish()).await.unwrap();
    (task, fixture.assign(task, Mode::Worktree, agent).await)
}

fn report(fixture: &Fixture, branch: &str) -> RunReport {
    let change = ChangeReport {
        branch: branch.into(),
        base: "b".into(),
        head: "h".into(),
        commits: 1,
        touches: vec![],
    };
    RunReport {
        outcome: fixture.ids.next(),
        verdict: Verdict::Changed { branch: branch.into(), commit: "h".into(), files: 1 },
        effort: Effort::default(),
        change: Some(change),
    }
}

#[tokio::test]
async fn a_run_goes_through_a_runners_hands_once() {
    let fixture = Fixture::new().await;
    let (runs, fleet) = (fixture.runs(), actor(Role::Runner));
    let (task, run) = assigned(&fixture, "command").await;
    let leased = runs.lease(&fleet, &runner(&fixture), 5, LEASE).await.unwrap().remove(0);
    assert_eq!((leased.job.run, leased.job.task), (run, task));
    assert!(
        leased.job.branch.starts_with(&format!("signalbox/{task}-fix-the-total")),
        "{}",
        leased.job.branch
    );
    assert_eq!(leased.lease.expires_at, fixture.clock.now().plus(LEASE));

    let token = leased.lease.token;
    for event in [RunEvent::Prepare, RunEvent::Prepare, RunEvent::Work] {
        runs.moved(&fleet, run, token, event).await.unwrap();
    }
    let report = report(&fixture, &leased.job.branch);
    assert_eq!(runs.finish(&fleet, run, token, report.clone()).await.unwrap(), Finished::Now);
    assert_eq!(runs.finish(&fleet, run, token, report).await.unwrap(), Finished::Before);
    let page = fixture.reads().task(&actor(Role::Viewer), task).await.unwrap();
    assert_eq!(page.task.state, TaskState::Review);
    assert_eq!((page.outcomes.len(), page.changes.len()), (1, 1));
    assert_eq!(page.changes[0].branch, leased.job.branch);
    assert!(matches!(runs.renew(&fleet, run, token, LEASE).await, Err(RunsError::LeaseLost(_))));
}

#[tokio::test]
async fn a_run_whose_agent_is_not_configured_says_so() {
    let fixture = Fixture::new().await;
    let (task, run) = assigned(&fixture, "nobody").await;
    let (_, good) = assigned(&fixture, "command").await;
    let leased = fixture.runs().lease(&actor(Role::Runner), &runner(&fixture), 5, LEASE).await.unwrap();
    assert_eq!(leased.iter().map(|leased| leased.job.run).collect::<Vec<_>>(), [good], "the others go on");
    let view = fixture.reads().run(&actor(Role::Viewer), run, &RunAsk::default()).await.unwrap();
    assert_eq!(view.run.state, RunState::Failed);
    let Some(Verdict::Failed { failure: Failure::Refused { detail } }) = view.outcome.map(|end| end.verdict)
    else {
        panic!("it ends with a typed failure")
    };
    assert_eq!(detail, "its agent is not configured");
    let task = fixture.reads().task(&actor(Role::Viewer), task).await.unwrap().task;
    assert_eq!(task.state, TaskState::Failed);
}

#[tokio::test]
async fn only_runners_lease() {
    let fixture = Fixture::new().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Runner) {
        let asked = fixture.runs().lease(&actor(role), &runner(&fixture), 1, LEASE).await;
        assert!(matches!(asked, Err(RunsError::Denied(_))), "{role}");
    }
}
