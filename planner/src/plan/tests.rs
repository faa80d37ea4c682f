//! What a plan makes of its input, with its reasons.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::signal::{Fingerprint, HoldReason, Sample, Severity, SignalKey, SourceFamily};
use signalbox_runtime::{Clock, Randomness};
use uuid::Uuid;

use super::*;

const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

fn ids() -> IdSource {
    IdSource::new(Clock::manual(NOON).0, Randomness::seeded(1))
}

fn project() -> ProjectId {
    ProjectId::from_uuid(Uuid::from_u128(1))
}

fn repository(n: u128, name: &str) -> Repository {
    Repository {
        id: RepositoryId::from_uuid(Uuid::from_u128(n)),
        project: project(),
        name: name.parse().unwrap(),
        location: "/srv/git/shop".into(),
        default_branch: "main".into(),
    }
}

fn changed(n: u128) -> PlanSignal {
    let title = Sourced::stranger("TypeError: total is undefined".to_owned());
    let signal = Signal {
        id: SignalId::from_uuid(Uuid::from_u128(n)),
        key: SignalKey {
            project: project(),
            family: SourceFamily::ErrorTracking,
            kind: "exception".parse().unwrap(),
            fingerprint: Fingerprint { version: 1, key: n.to_string() },
        },
        title: title.clone(),
        severity: Severity::Error,
        count: 12,
        users: None,
        first_seen: NOON,
        last_seen: NOON,
        hold: None,
        repository: None,
        revision: 3,
        planned_revision: 0,
    };
    let sample = Sample {
        occurred_at: NOON,
        title: title.clone(),
        text: title,
        frames: vec![],
        release: None,
        environment: None,
        route: None,
        links: vec![],
        attributes: serde_json::Map::new(),
        redacted: vec![],
    };
    PlanSignal { signal, samples: vec![sample], case: None }
}

fn input(signals: Vec<PlanSignal>, repositories: Vec<Repository>) -> PlanInput {
    PlanInput { project: project(), revision: 4, signals, cases: vec![], repositories }
}

fn plan(input: &PlanInput, start: Start) -> PlanCommit {
    decide(input, &Policy { start, ..Policy::default() }, NOON, &ids())
}

fn codes(plan: &PlanCommit, subject: Subject) -> Vec<&str> {
    let about = plan.decisions.iter().filter(|decision| decision.subject == subject);
    about.map(|decision| decision.reason.code.as_str()).collect()
}

#[test]
fn a_new_signal_becomes_a_case_and_a_task_that_a_person_starts() {
    let input = input(vec![changed(7)], vec![repository(5, "acme/shop")]);
    let plan = plan(&input, Start::Queue);
    let [task] = plan.tasks.as_slice() else { panic!("{:?}", plan.tasks) };
    assert_eq!(
        (task.starter, task.state, task.provenance),
        (Starter::Person, TaskState::Queued, Provenance::Stranger)
    );
    assert_eq!(task.repository, Some(input.repositories[0].id));
    let [case] = plan.cases.as_slice() else { panic!("{:?}", plan.cases) };
    assert_eq!(case.state, CaseState::Tasked);
    assert_eq!(plan.joins, [(input.signals[0].signal.id, case.id)]);
    assert_eq!(plan.planned, [(input.signals[0].signal.id, 3)]);
    assert_eq!(codes(&plan, Subject::Signal(input.signals[0].signal.id)), ["new-case", "task-opened"]);
    assert_eq!(codes(&plan, Subject::Case(case.id)), ["task-opened"]);
    assert_eq!(codes(&plan, Subject::Task(task.id)), ["opened"]);
}

#[test]
fn the_same_input_gives_the_same_plan() {
    let input = input(vec![changed(7), changed(8)], vec![repository(5, "acme/shop")]);
    let (one, other) = (plan(&input, Start::Cloud), plan(&input, Start::Cloud));
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

#[test]
fn policy_says_how_a_task_begins() {
    let input = input(vec![changed(7)], vec![repository(5, "acme/shop")]);
    let begins = |start| {
        let task = plan(&input, start).tasks.remove(0);
        (task.mode, task.starter, task.state)
    };
    assert_eq!(begins(Start::Propose), (Mode::Worktree, Starter::Person, TaskState::Proposed));
    assert_eq!(begins(Start::Queue), (Mode::Worktree, Starter::Person, TaskState::Queued));
    assert_eq!(begins(Start::Worktree), (Mode::Worktree, Starter::Itself, TaskState::Queued));
    assert_eq!(begins(Start::Cloud), (Mode::Cloud, Starter::Itself, TaskState::Queued));
}

/// No task, and this reason on the signal.
fn closed(input: &PlanInput, code: &str) {
    let plan = plan(input, Start::Queue);
    assert_eq!(plan.tasks, []);
    let found = codes(&plan, Subject::Signal(input.signals[0].signal.id));
    assert!(found.contains(&code), "{code}: {found:?}");
}

#[test]
fn every_closed_gate_leaves_its_reason() {
    let shop = || repository(5, "acme/shop");
    closed(&input(vec![changed(7)], vec![]), "no-repository");
    closed(&input(vec![changed(7)], vec![shop(), repository(6, "acme/api")]), "several-repositories");
    let mut named = changed(7);
    named.signal.repository = Some(Sourced::stranger("other/thing".to_owned()));
    closed(&input(vec![named], vec![shop()]), "unknown-repository");
    let mut held = changed(7);
    held.signal.hold = Some(HoldReason::HistoricalMigration);
    closed(&input(vec![held], vec![shop()]), "held");
}

/// A case with one task in this state, and its signal changed again.
fn known(state: TaskState, case_state: CaseState) -> PlanInput {
    let mut signal = changed(7);
    let first = plan(&input(vec![signal.clone()], vec![repository(5, "acme/shop")]), Start::Queue);
    let mut case = first.cases[0].clone();
    case.state = case_state;
    signal.case = Some(case.id);
    let mut again = input(vec![signal], vec![repository(5, "acme/shop")]);
    again.cases = vec![CaseRecord { case, tasks: vec![(first.tasks[0].id, state)] }];
    again
}

#[test]
fn a_live_task_is_not_doubled() {
    closed(&known(TaskState::Running, CaseState::Tasked), "task-lives");
}

#[test]
fn a_case_whose_task_ended_is_watched_and_a_person_decides() {
    let input = known(TaskState::Failed, CaseState::Tasked);
    let plan = plan(&input, Start::Queue);
    assert_eq!(plan.cases[0].state, CaseState::Watching);
    let reasons = codes(&plan, Subject::Case(plan.cases[0].id));
    assert_eq!(reasons, ["task-failed", "task-ended"]);
    assert_eq!(plan.tasks, []);
}

#[test]
fn a_dismissed_case_stays_so() {
    let mut input = known(TaskState::Done, CaseState::Dismissed);
    input.cases[0].tasks.clear();
    closed(&input, "case-state");
}

#[test]
fn a_plan_that_policy_refuses_leaves_its_reason_on_what_is_kept() {
    let input = input(vec![changed(7)], vec![repository(5, "acme/shop")]);
    let mut plan = plan(&input, Start::Queue);
    let (task, case) = (plan.tasks[0].id, plan.cases[0].id);
    let why = TooDeep { depth: 4, limit: 3 };
    let told = |plan: &PlanCommit| -> Vec<_> {
        let reasons = refused(plan, task, why, NOON, &ids());
        reasons.into_iter().map(|one| (one.subject, one.reason.code.to_string(), one.reason.words)).collect()
    };
    let because = |subject| {
        (subject, "too-deep".to_owned(), "its task would be 4 tasks deep; the limit is 3".to_owned())
    };
    let signal = Subject::Signal(input.signals[0].signal.id);
    assert_eq!(told(&plan), [because(signal)], "its case is new: nobody could look it up");
    plan.joins.clear();
    assert_eq!(told(&plan), [because(Subject::Case(case)), because(signal)]);
    plan.tasks.clear();
    assert_eq!(told(&plan), [because(Subject::Project(project()))]);
}
