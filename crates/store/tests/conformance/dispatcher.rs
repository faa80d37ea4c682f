//! Runs under leases: one holder, fenced, rescued or stranded, ended once.

use std::time::Duration;

use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{OutcomeId, RunId, TaskId};
use signalbox_domain::outcome::{Effort, Failure, Outcome, Verdict};
use signalbox_domain::policy::Policy;
use signalbox_domain::run::{FencingToken, Run, RunLease, RunNote, Runner};
use signalbox_domain::states::{RunEvent, RunState, TaskEvent, TaskState};
use signalbox_domain::task::{Mode, Origin};
use signalbox_store::dispatcher::{Cancel, Expiry, Finish, Finished, RunFilter};
use signalbox_store::{Page, StoreError};

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    a_run_has_one_holder,
    a_stale_token_changes_nothing,
    a_bound_run_waits_for_its_computer,
    a_cloud_run_is_rescued_by_another,
    a_renewed_lease_does_not_expire,
    a_run_ends_once,
    spent_attempts_end_a_run,
    a_task_is_assigned_once,
    a_cancelled_task_leaves_no_run_behind,
    a_cancelled_task_ends_with_its_run,
    an_end_needs_its_outcome,
    runs_are_listed_by_task_state_and_project,
    history_has_no_gap,
    the_queue_is_one_snapshot,
}

const LEASE: Duration = Duration::from_secs(60);

fn runner(fixture: &Fixture, name: &str, modes: &[Mode]) -> Runner {
    Runner {
        id: fixture.id(),
        name: name.parse().unwrap(),
        computer: name.parse().unwrap(),
        modes: modes.to_vec(),
        slots: 4,
        seen_at: NOON,
    }
}

async fn assigned(fixture: &Fixture, mode: Mode) -> Run {
    let project = fixture.project("web").await;
    let mut task = fixture.task(project, Origin::Person { person: None });
    task.mode = mode;
    fixture.store.task_open(&task, None, &Policy::default()).await.unwrap();
    let run = Run {
        id: fixture.id(),
        task: task.id,
        state: RunState::Pending,
        mode,
        agent: "command".parse().unwrap(),
        attempt: 0,
        runner: None,
        computer: None,
        queued_at: NOON,
        changed_at: NOON,
    };
    assert_eq!(fixture.store.runs_assign(std::slice::from_ref(&run)).await.unwrap(), []);
    run
}

async fn claim(fixture: &Fixture, runner: &Runner, wanted: u32) -> Vec<RunLease> {
    fixture.store.runs_claim(runner, wanted, NOON.plus(LEASE), NOON).await.unwrap()
}

async fn state(fixture: &Fixture, run: RunId) -> RunState {
    fixture.store.run_show(run).await.unwrap().unwrap().run.state
}

fn outcome(fixture: &Fixture, run: &Run, verdict: Verdict) -> Outcome {
    let id: OutcomeId = fixture.id();
    Outcome { id, task: run.task, run: Some(run.id), verdict, effort: Effort::default(), at: NOON }
}

fn failed(failure: Failure) -> Verdict {
    Verdict::Failed { failure }
}

async fn a_run_has_one_holder(fixture: &Fixture) {
    for _ in 0..10 {
        assigned(fixture, Mode::Worktree).await;
    }
    let (ada, bob) = (runner(fixture, "ada", &[Mode::Worktree]), runner(fixture, "bob", &[Mode::Worktree]));
    let (hers, his) = tokio::join!(claim(fixture, &ada, 10), claim(fixture, &bob, 10));
    let mut runs: Vec<RunId> = hers.iter().chain(&his).map(|lease| lease.run).collect();
    assert_eq!(runs.len(), 10);
    runs.sort();
    runs.dedup();
    assert_eq!(runs.len(), 10);
    assert_eq!(claim(fixture, &ada, 10).await, []);
}

async fn a_stale_token_changes_nothing(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let lease = claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await.remove(0);
    assert_eq!((lease.run, lease.attempt), (run.id, 1));
    let stale = FencingToken(lease.token.0 - 1);
    let lost = outcome(fixture, &run, failed(Failure::NoChange));
    let finish = Finish { outcome: &lost, change: None, task: TaskEvent::Fail };
    let answers = [
        fixture.store.run_renew(run.id, stale, NOON.plus(LEASE)).await,
        fixture.store.run_move(run.id, stale, RunEvent::Prepare, NOON).await.map(drop),
        fixture.store.run_notes_append(run.id, stale, &[RunNote::Cut { bytes: 1 }], NOON).await,
        fixture.store.run_finish(run.id, stale, finish, NOON).await.map(drop),
    ];
    for answer in answers {
        assert!(matches!(answer, Err(StoreError::LeaseLost { .. })), "{answer:?}");
    }
    assert_eq!(state(fixture, run.id).await, RunState::Leased);
    assert_eq!(fixture.store.run_notes_list(run.id, 0, 10).await.unwrap(), []);
    assert_eq!(fixture.store.outcomes_list(run.task).await.unwrap(), []);
}

async fn a_bound_run_waits_for_its_computer(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Worktree).await;
    let (ada, bob) = (runner(fixture, "ada", &[Mode::Worktree]), runner(fixture, "bob", &[Mode::Worktree]));
    let first = claim(fixture, &ada, 1).await.remove(0);
    let later = NOON.plus(LEASE * 2);
    let expired = fixture.store.runs_expired(later, 10).await.unwrap().remove(0);
    let to = fixture.store.run_expire(&expired, Expiry::Strand, &[], later).await.unwrap();
    assert_eq!(to, RunState::Stranded);
    assert_eq!(claim(fixture, &bob, 1).await, [], "the workspace lies on the other computer");
    let again = claim(fixture, &ada, 1).await.remove(0);
    assert_eq!((again.run, again.attempt), (run.id, 2));
    assert!(again.token > first.token);
}

async fn a_cloud_run_is_rescued_by_another(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await;
    let later = NOON.plus(LEASE * 2);
    let expired = fixture.store.runs_expired(later, 10).await.unwrap().remove(0);
    assert_eq!(
        fixture.store.run_expire(&expired, Expiry::Rescue, &[], later).await.unwrap(),
        RunState::Pending
    );
    let lease = claim(fixture, &runner(fixture, "fleet-2", &[Mode::Cloud]), 1).await.remove(0);
    assert_eq!((lease.run, lease.attempt), (run.id, 2));
}

async fn a_renewed_lease_does_not_expire(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let lease = claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await.remove(0);
    let later = NOON.plus(LEASE * 2);
    let expired = fixture.store.runs_expired(later, 10).await.unwrap().remove(0);
    fixture.store.run_renew(run.id, lease.token, later.plus(LEASE)).await.unwrap();
    let answer = fixture.store.run_expire(&expired, Expiry::Rescue, &[], later).await;
    assert!(matches!(answer, Err(StoreError::LeaseLost { .. })), "{answer:?}");
    assert_eq!(state(fixture, run.id).await, RunState::Leased);
    assert_eq!(fixture.store.runs_expired(later, 10).await.unwrap(), []);
}

async fn a_run_ends_once(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Worktree).await;
    let lease = claim(fixture, &runner(fixture, "ada", &[Mode::Worktree]), 1).await.remove(0);
    for event in [RunEvent::Prepare, RunEvent::Work] {
        fixture.store.run_move(run.id, lease.token, event, NOON).await.unwrap();
    }
    let done = Verdict::Changed { branch: "signalbox/x".into(), commit: "3f6c".into(), files: 1 };
    let outcome = outcome(fixture, &run, done);
    let change = fixture.change(&run);
    let finish = Finish { outcome: &outcome, change: Some(&change), task: TaskEvent::Deliver };
    assert_eq!(fixture.store.run_finish(run.id, lease.token, finish, NOON).await.unwrap(), Finished::Now);
    assert_eq!(fixture.store.run_finish(run.id, lease.token, finish, NOON).await.unwrap(), Finished::Before);
    let late = self::outcome(fixture, &run, failed(Failure::NoChange));
    let late = Finish { outcome: &late, change: None, task: TaskEvent::Fail };
    let answer = fixture.store.run_finish(run.id, lease.token, late, NOON).await;
    assert!(matches!(answer, Err(StoreError::LeaseLost { .. })), "{answer:?}");

    assert_eq!(state(fixture, run.id).await, RunState::Succeeded);
    assert_eq!(fixture.store.outcomes_list(run.task).await.unwrap(), [outcome]);
    assert_eq!(fixture.store.changes_list(run.task).await.unwrap(), [change]);
    let task = fixture.store.task_show(run.task).await.unwrap().unwrap();
    assert_eq!(task.state, TaskState::Review);
}

async fn spent_attempts_end_a_run(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await;
    let later = NOON.plus(LEASE * 2);
    let expired = fixture.store.runs_expired(later, 10).await.unwrap().remove(0);
    let spent = outcome(fixture, &run, failed(Failure::AttemptsSpent { attempts: 1 }));
    let end = Expiry::End(Finish { outcome: &spent, change: None, task: TaskEvent::Fail });
    assert_eq!(fixture.store.run_expire(&expired, end, &[], later).await.unwrap(), RunState::Failed);
    assert_eq!(fixture.store.outcomes_list(run.task).await.unwrap(), [spent]);
    assert_eq!(fixture.store.task_show(run.task).await.unwrap().unwrap().state, TaskState::Failed);
}

async fn a_task_is_assigned_once(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let again = Run { id: fixture.id(), ..run.clone() };
    assert_eq!(fixture.store.runs_assign(&[again]).await.unwrap(), [run.task]);
    let runs = fixture
        .store
        .runs_list(RunFilter { task: Some(run.task), ..RunFilter::default() }, Page::first(10))
        .await;
    assert_eq!(runs.unwrap().len(), 1);
}

async fn history_has_no_gap(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let lease = claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await.remove(0);
    fixture.store.run_move(run.id, lease.token, RunEvent::Prepare, NOON).await.unwrap();
    let said = |text: &str| RunNote::Said { text: text.to_owned() };
    fixture.store.run_notes_append(run.id, lease.token, &[said("a"), said("b")], NOON).await.unwrap();
    let notes = fixture.store.run_notes_list(run.id, 0, 10).await.unwrap();
    let seqs: Vec<u64> = notes.iter().map(|note| note.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(notes.last().unwrap().note, said("b"));
    assert_eq!(fixture.store.run_notes_list(run.id, 2, 10).await.unwrap().len(), 1);
}

async fn the_queue_is_one_snapshot(fixture: &Fixture) {
    assigned(fixture, Mode::Cloud).await;
    let project = fixture.project("web").await;
    let waiting = fixture.task(project, Origin::Person { person: None });
    fixture.store.task_open(&waiting, None, &Policy::default()).await.unwrap();
    let ada = runner(fixture, "ada", &[Mode::Local, Mode::Worktree]);
    let known = fixture.store.runner_put(&ada).await.unwrap();
    let renamed = Runner { id: fixture.id(), ..ada.clone() };
    assert_eq!(fixture.store.runner_put(&renamed).await.unwrap(), known, "a runner is known by its name");

    let queue = fixture.store.queue_load(10, NOON).await.unwrap();
    assert_eq!(queue.tasks.iter().map(|task| task.task).collect::<Vec<_>>(), [waiting.id]);
    assert_eq!(queue.runners, [ada]);
    assert_eq!(queue.live, [(Mode::Cloud, 1)]);
    assert_eq!(fixture.store.queue_load(10, NOON.plus(LEASE)).await.unwrap().runners, []);
}

async fn a_cancelled_task_leaves_no_run_behind(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let fleet = runner(fixture, "fleet-1", &[Mode::Cloud]);
    fixture.store.task_move(run.task, TaskEvent::Cancel, None, NOON).await.unwrap();
    assert_eq!(state(fixture, run.id).await, RunState::Cancelled);
    assert_eq!(claim(fixture, &fleet, 1).await, []);

    fixture.store.task_move(run.task, TaskEvent::Retry, None, NOON).await.unwrap();
    let again = Run { id: fixture.id(), ..run.clone() };
    assert_eq!(fixture.store.runs_assign(std::slice::from_ref(&again)).await.unwrap(), []);
    assert_eq!(claim(fixture, &fleet, 1).await.remove(0).run, again.id);

    // Held while its task is cancelled and tried again: the old run still lives, so no second one is begun.
    fixture.store.task_move(run.task, TaskEvent::Cancel, None, NOON).await.unwrap();
    fixture.store.task_move(run.task, TaskEvent::Retry, None, NOON).await.unwrap();
    let third = Run { id: fixture.id(), ..run.clone() };
    assert_eq!(fixture.store.runs_assign(&[third]).await.unwrap(), [run.task], "said, not hidden");
    let task = fixture.store.task_show(run.task).await.unwrap().unwrap();
    assert_eq!(task.state, TaskState::Queued);
}

async fn an_end_needs_its_outcome(fixture: &Fixture) {
    let run = assigned(fixture, Mode::Cloud).await;
    let lease = claim(fixture, &runner(fixture, "fleet-1", &[Mode::Cloud]), 1).await.remove(0);
    for event in [RunEvent::Fail, RunEvent::Cancel, RunEvent::Rescue, RunEvent::Strand] {
        let answer = fixture.store.run_move(run.id, lease.token, event, NOON).await;
        assert!(matches!(answer, Err(StoreError::Illegal(_))), "{event}: {answer:?}");
    }
    let mut foreign = outcome(fixture, &run, failed(Failure::NoChange));
    foreign.run = Some(fixture.id());
    let finish = Finish { outcome: &foreign, change: None, task: TaskEvent::Fail };
    assert!(fixture.store.run_finish(run.id, lease.token, finish, NOON).await.is_err());
    assert_eq!(state(fixture, run.id).await, RunState::Leased);
}

fn cancelled(fixture: &Fixture, task: TaskId) -> Decision {
    Decision {
        id: fixture.id(),
        stage: Stage::Control,
        subject: Subject::Task(task),
        reason: Reason { code: "cancelled".parse().unwrap(), words: "ada cancelled it".into() },
        first_at: NOON,
        last_at: NOON,
        count: 1,
    }
}

async fn a_cancelled_task_ends_with_its_run(fixture: &Fixture) {
    let fleet = runner(fixture, "fleet-1", &[Mode::Cloud]);
    let store = &fixture.store;
    for held in [false, true] {
        let run = assigned(fixture, Mode::Cloud).await;
        let token = if held { claim(fixture, &fleet, 1).await.remove(0).token } else { FencingToken(0) };
        let decisions = [cancelled(fixture, run.task)];
        let cancel = || Cancel { by: "ada", outcome: fixture.id(), decisions: &decisions };
        assert_eq!(store.task_cancel(run.task, cancel(), NOON).await.unwrap(), TaskState::Cancelled);
        assert_eq!(state(fixture, run.id).await, RunState::Cancelled);
        let lost = store.run_renew(run.id, token, NOON.plus(LEASE)).await;
        assert!(matches!(lost, Err(StoreError::LeaseLost { .. })), "{lost:?}");
        let outcomes = store.outcomes_list(run.task).await.unwrap();
        assert_eq!(outcomes.len(), 1);
        assert_eq!(outcomes[0].verdict, Verdict::Cancelled { by: "ada".into() });
        assert_eq!(store.decisions_list(Subject::Task(run.task), 5).await.unwrap(), decisions);

        let again = store.task_cancel(run.task, cancel(), NOON).await;
        assert!(matches!(again, Err(StoreError::Illegal(_))), "{again:?}");
        assert_eq!(store.outcomes_list(run.task).await.unwrap(), outcomes, "nothing is written twice");
    }
    let decisions = [];
    let cancel = Cancel { by: "ada", outcome: fixture.id(), decisions: &decisions };
    let unknown = store.task_cancel(fixture.id(), cancel, NOON).await;
    assert!(matches!(unknown, Err(StoreError::Missing { what: "task", .. })), "{unknown:?}");
}

async fn runs_are_listed_by_task_state_and_project(fixture: &Fixture) {
    let (first, second) = (assigned(fixture, Mode::Cloud).await, assigned(fixture, Mode::Worktree).await);
    let listed = async |filter| -> Vec<RunId> {
        let runs = fixture.store.runs_list(filter, Page::first(9)).await.unwrap();
        runs.into_iter().map(|record| record.run.id).collect()
    };
    let all = RunFilter::default();
    assert_eq!(listed(all).await, [second.id, first.id]);
    assert_eq!(listed(RunFilter { task: Some(first.task), ..all }).await, [first.id]);
    assert_eq!(listed(RunFilter { state: Some(RunState::Working), ..all }).await, []);
    let (web, app) = (fixture.project("web").await, fixture.project("app").await);
    assert_eq!(listed(RunFilter { project: Some(web), ..all }).await, [second.id, first.id]);
    assert_eq!(listed(RunFilter { project: Some(app), ..all }).await, []);
}
