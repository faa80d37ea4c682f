use signalbox_domain::access::Role;
use signalbox_domain::ids::TaskId;
use signalbox_domain::job::ChangeReport;
use signalbox_domain::outcome::{Effort, Verdict};
use signalbox_domain::run::Run;
use signalbox_domain::states::{RunState, TaskState};

use super::*;
use crate::fixture::{Fixture, actor, wish};

const LEASE: Duration = Duration::from_secs(60);

fn runner(fixture: &Fixture) -> Runner {
    Runner {
        id: fixture.ids.next(),
        name: "here".parse().unwrap(),
        computer: "here".parse().unwrap(),
        modes: vec![Mode::Worktree],
        slots: 2,
        seen_at: fixture.clock.now(),
    }
}

/// A queued task with a pending run, as assign leaves it.
async fn assigned(fixture: &Fixture, agent: &str) -> (TaskId, RunId) {
    let (task, _) = fixture.tasks().make(&actor(Role::Engineer), wish()).await.unwrap();
    let run = Run {
        id: fixture.ids.next(),
        task,
        state: RunState::Pending,
        mode: Mode::Worktree,
        agent: agent.parse().unwrap(),
        attempt: 0,
        runner: None,
        computer: None,
        queued_at: fixture.clock.now(),
        changed_at: fixture.clock.now(),
    };
    assert_eq!(fixture.store.runs_assign(std::slice::from_ref(&run)).await.unwrap(), []);
    (task, run.id)
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
    let page = fixture.tasks().show(&actor(Role::Viewer), task).await.unwrap();
    assert_eq!(page.task.state, TaskState::Review);
    assert_eq!((page.outcomes.len(), page.changes.len()), (1, 1));
    assert_eq!(page.changes[0].branch, leased.job.branch);
    assert!(matches!(runs.renew(&fleet, run, token, LEASE).await, Err(RunsError::LeaseLost(_))));
}

#[tokio::test]
async fn a_run_whose_agent_is_not_configured_says_so() {
    let fixture = Fixture::new().await;
    assigned(&fixture, "nobody").await;
    let error = fixture.runs().lease(&actor(Role::Runner), &runner(&fixture), 1, LEASE).await.unwrap_err();
    assert!(error.to_string().contains("its agent is not configured"), "{error}");
}

#[tokio::test]
async fn only_runners_lease() {
    let fixture = Fixture::new().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Runner) {
        let asked = fixture.runs().lease(&actor(role), &runner(&fixture), 1, LEASE).await;
        assert!(matches!(asked, Err(RunsError::Denied(_))), "{role}");
    }
}
