//! What starts, in which order, and every reason why not.

use signalbox_domain::ids::{ProjectId, RepositoryId, RunnerId, TaskId};
use signalbox_domain::policy::NotByItself;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::task::Priority;
use signalbox_runtime::{Clock, Randomness};
use uuid::Uuid;

use super::*;

const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const AGEING: Duration = Duration::from_hours(6);

fn task(n: u128, mode: Mode) -> QueuedTask {
    QueuedTask {
        task: TaskId::from_uuid(Uuid::from_u128(n)),
        project: ProjectId::from_uuid(Uuid::from_u128(1)),
        repository: Some(RepositoryId::from_uuid(Uuid::from_u128(2))),
        mode,
        priority: Priority::P2,
        provenance: Provenance::Person,
        starter: Starter::Itself,
        opened_at: NOON,
    }
}

fn runner(n: u128, modes: &[Mode], slots: u32) -> Runner {
    Runner {
        id: RunnerId::from_uuid(Uuid::from_u128(n)),
        name: format!("runner-{n}").parse().unwrap(),
        computer: format!("computer-{n}").parse().unwrap(),
        modes: modes.to_vec(),
        slots,
        seen_at: NOON,
    }
}

fn agents(known: &[&str], chosen: Option<&str>) -> Agents {
    Agents {
        known: known.iter().map(|name| name.parse().unwrap()).collect(),
        chosen: chosen.map(|name| name.parse().unwrap()),
    }
}

fn decide(tasks: Vec<QueuedTask>, runners: Vec<Runner>, live: Vec<(Mode, u64)>) -> Assignment {
    decide_with(tasks, runners, live, &agents(&["scripted"], None))
}

fn decide_with(
    tasks: Vec<QueuedTask>,
    runners: Vec<Runner>,
    live: Vec<(Mode, u64)>,
    agents: &Agents,
) -> Assignment {
    let ids = IdSource::new(Clock::manual(NOON).0, Randomness::seeded(1));
    let queue = Queue { tasks, runners, live };
    let assignment = assign(&queue, agents, AGEING, NOON, &ids);
    // Nobody is left without a reason.
    assert_eq!(assignment.started.len(), assignment.runs.len());
    assert_eq!(assignment.runs.len() + assignment.not_started.len(), queue.tasks.len());
    assignment
}

/// The tasks that start, by their numbers, in their order.
fn started(assignment: &Assignment) -> Vec<u128> {
    assignment.runs.iter().map(|run| run.task.uuid().as_u128()).collect()
}

fn why_not(assignment: &Assignment) -> Vec<&str> {
    assignment.not_started.iter().map(|decision| decision.reason.code.as_str()).collect()
}

/// With room and an agent for everything.
fn alone(task: QueuedTask) -> Assignment {
    decide(vec![task], vec![runner(1, &Mode::ALL, 9)], vec![])
}

#[test]
fn a_task_with_all_it_needs_starts() {
    let assignment = alone(task(1, Mode::Worktree));
    assert_eq!(started(&assignment), [1]);
    let run = &assignment.runs[0];
    assert_eq!((run.state, run.mode, run.attempt), (RunState::Pending, Mode::Worktree, 0));
    assert_eq!((run.agent.as_str(), run.queued_at), ("scripted", NOON));
    let why = &assignment.started[0];
    assert_eq!((why.subject, why.reason.code.as_str()), (Subject::Task(run.task), "started"));
}

#[test]
fn without_a_repository_nothing_starts() {
    let assignment = alone(QueuedTask { repository: None, ..task(1, Mode::Cloud) });
    assert_eq!(why_not(&assignment), ["no-repository"]);
}

#[test]
fn what_a_stranger_wrote_starts_by_itself_only_in_the_sandbox() {
    for mode in Mode::ALL {
        let stranger = QueuedTask { provenance: Provenance::Stranger, ..task(1, mode) };
        let expected: &[&str] = if mode == Mode::Cloud { &[] } else { &["needs-a-person"] };
        assert_eq!(why_not(&alone(stranger.clone())), expected, "{mode}");
        let approved = QueuedTask { starter: Starter::Approved, ..stranger.clone() };
        assert_eq!(started(&alone(approved)), [1], "a person has started this very task");
        let waits = QueuedTask { starter: Starter::Person, ..stranger };
        assert_eq!(why_not(&alone(waits)), ["waits-for-its-person"]);
    }
}

#[test]
fn the_agent_is_the_chosen_one_or_the_only_one() {
    let with = |agents: &Agents| {
        decide_with(vec![task(1, Mode::Cloud)], vec![runner(1, &[Mode::Cloud], 1)], vec![], agents)
    };
    assert_eq!(why_not(&with(&agents(&[], None))), ["no-agent"]);
    assert_eq!(why_not(&with(&agents(&["a", "b"], None))), ["several-agents"]);
    assert_eq!(why_not(&with(&agents(&["a", "b"], Some("c")))), ["unknown-agent"]);
    assert_eq!(with(&agents(&["a", "b"], Some("b"))).runs[0].agent.as_str(), "b");
}

#[test]
fn without_a_runner_of_the_mode_nothing_starts() {
    let assignment = decide(vec![task(1, Mode::Cloud)], vec![runner(1, &[Mode::Worktree], 9)], vec![]);
    assert_eq!(why_not(&assignment), ["no-runner"]);
    assert_eq!(why_not(&decide(vec![task(1, Mode::Cloud)], vec![], vec![])), ["no-runner"]);
}

#[test]
fn live_runs_take_slots() {
    let tasks = || (1..=4).map(|n| task(n, Mode::Cloud)).collect::<Vec<_>>();
    let fleet = || vec![runner(1, &[Mode::Cloud], 2), runner(2, &[Mode::Cloud], 1)];
    assert_eq!(started(&decide(tasks(), fleet(), vec![])), [1, 2, 3]);
    let busy = decide(tasks(), fleet(), vec![(Mode::Cloud, 2)]);
    assert_eq!((started(&busy), why_not(&busy)), (vec![1], vec!["no-slot"; 3]));
    // More live runs than slots: a runner went away with its own.
    assert_eq!(why_not(&decide(tasks(), fleet(), vec![(Mode::Cloud, 9)])), ["no-slot"; 4]);
}

#[test]
fn one_slot_is_not_given_to_two_modes() {
    let both = || vec![runner(1, &[Mode::Local, Mode::Worktree], 1)];
    let assignment = decide(vec![task(1, Mode::Local), task(2, Mode::Worktree)], both(), vec![]);
    assert_eq!((started(&assignment), why_not(&assignment)), (vec![1], vec!["no-slot"]));
    assert_eq!(why_not(&decide(vec![task(1, Mode::Local)], both(), vec![(Mode::Worktree, 1)])), ["no-slot"]);
    // The runner that takes both leaves the other mode to the one that takes only it.
    let two = vec![runner(1, &[Mode::Local, Mode::Worktree], 1), runner(2, &[Mode::Worktree], 1)];
    let assignment = decide(vec![task(1, Mode::Worktree), task(2, Mode::Local)], two, vec![]);
    assert_eq!(started(&assignment), [1, 2]);
}

#[test]
fn a_full_mode_does_not_hold_up_another() {
    let runners = vec![runner(1, &[Mode::Worktree], 1), runner(2, &[Mode::Cloud], 1)];
    let assignment =
        decide(vec![task(1, Mode::Cloud), task(2, Mode::Worktree)], runners, vec![(Mode::Cloud, 1)]);
    assert_eq!(started(&assignment), [2]);
}

#[test]
fn the_urgent_come_first_and_the_old_are_not_forgotten() {
    let one_slot = || vec![runner(1, &[Mode::Cloud], 1)];
    let urgent = QueuedTask { priority: Priority::P0, ..task(2, Mode::Cloud) };
    let first = |other: QueuedTask| started(&decide(vec![other, urgent.clone()], one_slot(), vec![]))[0];
    let lazy = QueuedTask { priority: Priority::P3, ..task(1, Mode::Cloud) };
    assert_eq!(first(lazy.clone()), 2);
    let waited = |span| QueuedTask { opened_at: NOON.minus(span), ..lazy.clone() };
    assert_eq!(first(waited(AGEING * 3 - Duration::from_secs(1))), 2);
    assert_eq!(first(waited(AGEING * 3 + Duration::from_secs(1))), 1);
}

#[test]
fn every_reason_has_a_label_and_words() {
    let agent: Label = "a".parse().unwrap();
    let mode = Mode::Cloud;
    let all = [
        NotStarted::NoRepository,
        NotStarted::NeedsAPerson(NotByItself { mode }),
        NotStarted::WaitsForItsPerson,
        NotStarted::NoAgent,
        NotStarted::UnknownAgent { agent },
        NotStarted::SeveralAgents { agents: 2 },
        NotStarted::NoRunner { mode },
        NotStarted::NoSlot { mode },
    ];
    let mut codes: Vec<Label> = all.iter().map(|reason| reason.code().parse().unwrap()).collect();
    assert!(all.iter().all(|reason| !reason.to_string().is_empty()));
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), all.len());
}
