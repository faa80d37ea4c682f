//! Passes on a real store: what starts, what waits and why, who is rescued; and several dispatchers at once.

use std::time::Duration;

use signalbox_dispatcher::{DispatchError, Dispatcher, DispatcherConfig, DispatcherStatus};
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::TaskId;
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::run::Runner;
use signalbox_domain::states::{RunState, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Randomness};
use signalbox_store::dispatcher::{RunFilter, RunRecord};
use signalbox_store::{Location, Page, Store, StoreConfig, StoreError};
use signalbox_testkit::postgres::{Database, Server};
use signalbox_testkit::{Part, require};
use tokio::task::JoinSet;

const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const LEASE: Duration = Duration::from_secs(60);

/// An open store whose database goes away with it.
struct Fixture {
    store: Store,
    ids: IdSource,
    _folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

fn ids() -> IdSource {
    IdSource::new(Clock::manual(NOON).0, Randomness::seeded(1))
}

impl Fixture {
    async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display()).parse().unwrap();
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        Some(Self { store, ids: ids(), _folder: Some(folder), _database: None })
    }

    /// None where PostgreSQL may be left out.
    async fn postgres() -> Option<Self> {
        require(Part::Postgres)?;
        let database = Server::shared().unwrap().database().unwrap();
        let config = StoreConfig { url: database.url().parse().unwrap(), ..StoreConfig::default() };
        let store = Store::open(&config).await.unwrap();
        Some(Self { store, ids: ids(), _folder: None, _database: Some(database) })
    }

    /// The store as another process has it, as far as the database can be had by two.
    async fn other_process(&self) -> Store {
        let url = self.store.location().clone();
        match url {
            Location::Sqlite(_) => self.store.clone(),
            Location::Postgres(_) => {
                Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap()
            }
        }
    }

    async fn dispatcher(&self) -> Dispatcher {
        let agents = vec!["scripted".parse().unwrap()];
        Dispatcher::new(self.other_process().await, self.ids.clone(), DispatcherConfig::default(), agents)
    }

    async fn pass(&self, now: Timestamp) -> DispatcherStatus {
        self.dispatcher().await.pass(now).await.unwrap().report
    }

    async fn runner(&self, name: &str, modes: &[Mode], slots: u32) -> Runner {
        let name: signalbox_domain::names::HolderName = name.parse().unwrap();
        let runner = Runner {
            id: self.ids.next(),
            name: name.clone(),
            computer: name,
            modes: modes.to_vec(),
            slots,
            seen_at: NOON,
        };
        let id = self.store.runner_put(&runner).await.unwrap();
        Runner { id, ..runner }
    }

    async fn task(&self, mode: Mode, provenance: Provenance) -> TaskId {
        let project =
            self.store.project_ensure(&"web".parse().unwrap(), self.ids.next(), NOON).await.unwrap().id;
        let repository = signalbox_domain::project::Repository {
            id: self.ids.next(),
            project,
            name: "shop".parse().unwrap(),
            location: "/srv/git/shop".into(),
            default_branch: "main".into(),
        };
        let repository = self.store.repository_put(&repository, NOON).await.unwrap().id;
        let id: TaskId = self.ids.next();
        let task = Task {
            id,
            project,
            repository: Some(repository),
            title: Sourced::new("Fix it".to_owned(), provenance),
            brief: Sourced::new("It broke.".to_owned(), provenance),
            intent: Intent::Change,
            mode,
            priority: Priority::P2,
            origin: Origin::Person { person: None },
            case: None,
            lineage: Lineage::root(id),
            state: TaskState::Queued,
            starter: Starter::Itself,
            provenance,
            opened_at: NOON,
            changed_at: NOON,
            assignee: None,
        };
        self.store.task_open(&task, None, &Policy::default()).await.unwrap();
        id
    }

    async fn runs(&self, task: Option<TaskId>) -> Vec<RunRecord> {
        self.store.runs_list(RunFilter { task, ..RunFilter::default() }, Page::first(500)).await.unwrap()
    }

    /// The dispatcher's standing reason about something: the newest.
    async fn why(&self, subject: Subject) -> String {
        let decisions = self.store.decisions_list(subject, 10).await.unwrap();
        let ours = decisions.into_iter().find(|decision| decision.stage == Stage::Dispatcher);
        ours.map_or_else(String::new, |decision| decision.reason.code.to_string())
    }

    async fn task_state(&self, task: TaskId) -> TaskState {
        self.store.task_show(task).await.unwrap().unwrap().state
    }
}

macro_rules! on_both {
    ($($test:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(fixture) = super::Fixture::sqlite().await {
                    super::$test(&fixture).await;
                }
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(fixture) = super::Fixture::postgres().await {
                    super::$test(&fixture).await;
                }
            })*
        }
    };
}

on_both! {
    a_queued_task_starts_and_says_so,
    a_strangers_task_waits_for_a_person_and_says_so,
    a_runner_that_went_away_gets_nothing,
    of_many_dispatchers_none_starts_a_task_twice,
    a_silent_cloud_run_is_rescued_until_its_attempts_are_spent,
    a_silent_bound_run_waits_and_takes_no_slot,
}

async fn a_queued_task_starts_and_says_so(fixture: &Fixture) {
    fixture.runner("fleet", &[Mode::Cloud], 1).await;
    let first = fixture.task(Mode::Cloud, Provenance::Stranger).await;
    let second = fixture.task(Mode::Cloud, Provenance::Stranger).await;
    let status = fixture.pass(NOON).await;
    assert_eq!((status.queued, status.started, status.not_started), (2, 1, 1));
    assert_eq!(fixture.task_state(first).await, TaskState::Running);
    assert_eq!(fixture.runs(Some(first)).await[0].run.agent.as_str(), "scripted");
    assert_eq!(fixture.why(Subject::Task(first)).await, "started");
    assert_eq!(fixture.task_state(second).await, TaskState::Queued);
    assert_eq!(fixture.why(Subject::Task(second)).await, "no-slot");
    let again = fixture.pass(NOON).await;
    assert_eq!((again.queued, again.started), (1, 0), "what was started is not started again");
}

async fn a_strangers_task_waits_for_a_person_and_says_so(fixture: &Fixture) {
    fixture.runner("ada", &[Mode::Worktree], 4).await;
    let task = fixture.task(Mode::Worktree, Provenance::Stranger).await;
    assert_eq!(fixture.pass(NOON).await.started, 0);
    assert_eq!(fixture.task_state(task).await, TaskState::Queued);
    assert_eq!(fixture.why(Subject::Task(task)).await, "needs-a-person");
    let reason = Reason { code: "started-by-a-person".parse().unwrap(), words: "ada started it".into() };
    let (id, subject) = (fixture.ids.next(), Subject::Task(task));
    let yes =
        Decision { id, stage: Stage::Control, subject, reason, first_at: NOON, last_at: NOON, count: 1 };
    fixture.store.task_approve(task, Mode::Worktree, &yes, NOON).await.unwrap();
    assert_eq!(fixture.pass(NOON).await.started, 1);
    assert_eq!(fixture.why(Subject::Task(task)).await, "started");
}

async fn a_runner_that_went_away_gets_nothing(fixture: &Fixture) {
    fixture.runner("ada", &[Mode::Worktree], 4).await;
    let task = fixture.task(Mode::Worktree, Provenance::Person).await;
    let silent = DispatcherConfig::default().runner_seen_within + Duration::from_secs(1);
    assert_eq!(fixture.pass(NOON.plus(silent)).await.started, 0);
    assert_eq!(fixture.why(Subject::Task(task)).await, "no-runner");
}

/// Several at once on the same queue, each as its own process where the database allows it.
async fn of_many_dispatchers_none_starts_a_task_twice(fixture: &Fixture) {
    fixture.runner("fleet", &[Mode::Cloud], 100).await;
    let mut tasks = Vec::new();
    for _ in 0..20 {
        tasks.push(fixture.task(Mode::Cloud, Provenance::Stranger).await);
    }
    let mut dispatchers = JoinSet::new();
    for _ in 0..4 {
        let dispatcher = fixture.dispatcher().await;
        dispatchers.spawn(async move { pass_until_it_works(&dispatcher).await });
    }
    let started: u64 = dispatchers.join_all().await.iter().map(|status| status.started).sum();
    assert_eq!(started, 20);
    let mut ran: Vec<TaskId> = fixture.runs(None).await.iter().map(|record| record.run.task).collect();
    ran.sort();
    tasks.sort();
    assert_eq!(ran, tasks);
}

/// As the driver does it: whoever lost to another transaction passes again.
async fn pass_until_it_works(dispatcher: &Dispatcher) -> DispatcherStatus {
    loop {
        match dispatcher.pass(NOON).await {
            Ok(end) => return end.report,
            Err(DispatchError::Assign(StoreError::Contended { .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

async fn a_silent_cloud_run_is_rescued_until_its_attempts_are_spent(fixture: &Fixture) {
    let runner = fixture.runner("fleet", &[Mode::Cloud], 1).await;
    let task = fixture.task(Mode::Cloud, Provenance::Stranger).await;
    fixture.pass(NOON).await;
    let run = fixture.runs(Some(task)).await[0].run.id;
    let mut now = NOON;
    for attempt in 1..=3 {
        let leases = fixture.store.runs_claim(&runner, 1, now.plus(LEASE), now).await.unwrap();
        assert_eq!((leases[0].run, leases[0].attempt), (run, attempt));
        let in_time = fixture.pass(now).await;
        assert_eq!((in_time.rescued, in_time.ended), (0, 0));
        now = now.plus(LEASE * 2);
        let status = fixture.pass(now).await;
        let (rescued, why) = if attempt < 3 { (1, "rescued") } else { (0, "attempts-spent") };
        assert_eq!((status.rescued, status.ended), (rescued, 1 - rescued));
        assert_eq!(fixture.why(Subject::Run(run)).await, why);
        assert_eq!(fixture.why(Subject::Task(task)).await, why);
    }
    let outcomes = fixture.store.outcomes_list(task).await.unwrap();
    let spent = Verdict::Failed { failure: Failure::AttemptsSpent { attempts: 3 } };
    assert_eq!(outcomes.iter().map(|outcome| &outcome.verdict).collect::<Vec<_>>(), [&spent]);
    assert_eq!(fixture.task_state(task).await, TaskState::Failed);
}

async fn a_silent_bound_run_waits_and_takes_no_slot(fixture: &Fixture) {
    let ada = fixture.runner("ada", &[Mode::Worktree], 1).await;
    let task = fixture.task(Mode::Worktree, Provenance::Person).await;
    fixture.pass(NOON).await;
    fixture.store.runs_claim(&ada, 1, NOON.plus(LEASE), NOON).await.unwrap();
    let next = fixture.task(Mode::Worktree, Provenance::Person).await;
    assert_eq!(fixture.pass(NOON).await.started, 0);
    let later = NOON.plus(LEASE * 2);
    let bob = fixture.runner("bob", &[Mode::Worktree], 1).await;
    fixture.store.runner_put(&Runner { seen_at: later, ..bob }).await.unwrap();
    let status = fixture.pass(later).await;
    assert_eq!((status.stranded, status.started), (1, 1), "Bob's slot is not Ada's");
    let run = fixture.runs(Some(task)).await.remove(0).run;
    assert_eq!(run.state, RunState::Stranded);
    assert_eq!(fixture.why(Subject::Run(run.id)).await, "stranded");
    assert_eq!(fixture.why(Subject::Task(task)).await, "stranded");
    assert_eq!(fixture.task_state(next).await, TaskState::Running);
}
