//! A store, a clock held still, a project and a repository: what the tests of use cases and of faces stand on.
//!
//! Built for tests only, here and, by the feature `fixture`, in crates whose tests need a store that they must not know.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is a failed test")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::access::{Actor, Role};
use signalbox_domain::automation::{Automation, Firing};
use signalbox_domain::case::{Case, Score};
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::finish::RetryPolicy;
use signalbox_domain::ids::{CaseId, QuarantineId, RunId, SignalId, TaskId};
use signalbox_domain::job::{AgentSpec, JobLimits};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::run::{Run, Runner};
use signalbox_domain::signal::{Fingerprint, HoldReason, Severity, SignalKey, SourceFamily};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::states::{CaseState, RunState, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task, TaskCase};
use signalbox_domain::time::Timestamp;
use signalbox_redact::{Config, Redactor};
use signalbox_runtime::{Clock, IdSource, ManualClock, Randomness, SealingKeys, Wakeups};
use signalbox_store::ingest::{Fold, FoldBatch, FoldPart, FoldedRecord, Letter, PartReport, Quarantined};
use signalbox_store::planner::{Committed, PlanCommit, TaskEvidence};
use signalbox_store::{Store, StoreConfig};
use zeroize::Zeroizing;

use crate::views::SignalResult;
use crate::{
    Access, Agent, Cases, Erasure, Hook, HookKind, Hooks, People, Positions, Projects, Quarantine, Reads,
    Runs, Secrets, SignIn, TaskWish, Tasks, local,
};

const RUNNER_SEEN_WITHIN: Duration = Duration::from_secs(60);

/// What a test stands on; its database goes away with it.
pub struct Fixture {
    pub store: Store,
    pub clock: Clock,
    pub ids: IdSource,
    /// Moves the clock by hand.
    pub time: ManualClock,
    _folder: tempfile::TempDir,
}

impl Fixture {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        let (clock, time) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        let ids = IdSource::new(clock.clone(), Randomness::seeded(7));
        let project = store.project_ensure(&"web".parse().unwrap(), ids.next(), clock.now()).await.unwrap();
        let repository = Repository {
            id: ids.next(),
            project: project.id,
            name: "acme/shop".parse().unwrap(),
            location: "/srv/git/shop".into(),
            default_branch: "main".into(),
        };
        store.repository_put(&repository, clock.now()).await.unwrap();
        Self { store, clock, ids, time, _folder: folder }
    }

    pub fn projects(&self) -> Projects {
        Projects::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn reads(&self) -> Reads {
        Reads::new(self.store.clone(), self.clock.clone(), RUNNER_SEEN_WITHIN)
    }

    pub fn access(&self) -> Access {
        Access::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn secrets(&self) -> Secrets {
        let keys = SealingKeys::from_text("test", &"a".repeat(64), Randomness::seeded(3)).unwrap();
        Secrets::new(self.store.clone(), self.clock.clone(), self.ids.clone(), Arc::new(keys))
    }

    pub fn quarantine(&self) -> Quarantine {
        let keys = SealingKeys::from_text("test", &"a".repeat(64), Randomness::seeded(3)).unwrap();
        Quarantine::new(self.store.clone(), Arc::new(keys))
    }

    pub fn erasure(&self) -> Erasure {
        let keys = SealingKeys::from_text("test", &"a".repeat(64), Randomness::seeded(3)).unwrap();
        Erasure::new(self.store.clone(), self.clock.clone(), self.ids.clone(), Arc::new(keys))
    }

    pub fn positions(&self) -> Positions {
        Positions::new(self.store.clone(), self.clock.clone())
    }

    /// The one hook `pager`, whose secret is `hunter2`.
    pub fn hooks(&self) -> Hooks {
        let hook = Hook { kind: HookKind::Generic, secret: Zeroizing::new(b"hunter2".to_vec()) };
        Hooks::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            Arc::new(Redactor::new(&Config::default()).unwrap()),
            Wakeups::new(self.clock.clone()),
            BTreeMap::from([("pager".parse().unwrap(), hook)]),
        )
    }

    pub fn sign_in(&self) -> SignIn {
        SignIn::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn tasks(&self) -> Tasks {
        Tasks::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            Policy::default(),
            Wakeups::new(self.clock.clone()),
        )
    }

    pub fn cases(&self) -> Cases {
        let wakeups = Wakeups::new(self.clock.clone());
        Cases::new(self.store.clone(), self.clock.clone(), self.ids.clone(), wakeups)
    }

    pub fn people(&self) -> People {
        People::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn runs(&self) -> Runs {
        let spec = AgentSpec::Command { program: "fix".into(), arguments: vec![] };
        let agent = Agent { spec, limits: JobLimits::default() };
        let agents = BTreeMap::from([("command".parse().unwrap(), agent)]);
        Runs::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            agents,
            RetryPolicy::default(),
            Wakeups::new(self.clock.clone()),
        )
    }
}

/// What every fixture's first run is leased for.
pub const LEASE: Duration = Duration::from_secs(60);

impl Fixture {
    /// A record of the signal of that title, as ingest folds it.
    pub async fn signal(&self, title: &str) -> (SignalId, SignalResult) {
        self.folded(title, None).await
    }

    /// The same, held.
    pub async fn held_signal(&self, title: &str, hold: HoldReason) -> SignalId {
        self.folded(title, Some(hold)).await.0
    }

    async fn folded(&self, title: &str, hold: Option<HoldReason>) -> (SignalId, SignalResult) {
        let now = self.clock.now();
        let project = self.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap();
        let key = SignalKey {
            project: project.id,
            family: SourceFamily::ErrorTracking,
            kind: "exception".parse().unwrap(),
            fingerprint: Fingerprint { version: 1, key: title.to_owned() },
        };
        let fold = Fold {
            aliases: Vec::new(),
            id: self.ids.next(),
            key,
            title: Sourced::stranger(title.to_owned()),
            severity: Severity::Error,
            hold,
            hold_at: now,
            repository: None,
            users: Sketch::default(),
            records: vec![FoldedRecord { mark: None, at: now, count: 1, held: hold.is_some() }],
            samples: vec![],
        };
        let id = fold.id;
        let part = FoldPart { folds: vec![fold], ..FoldPart::default() };
        let reports = self.store.signals_fold(&FoldBatch { parts: vec![part] }, now).await.unwrap();
        match reports[0] {
            PartReport::Folded { new_signals: 1, .. } => (id, SignalResult::New { signal: id }),
            _ => (id, SignalResult::Folded),
        }
    }

    /// A record at that offset that could not be read, as ingest keeps it.
    pub async fn quarantined(&self, code: &str, words: &str, offset: i64) -> QuarantineId {
        let stream = Stream {
            source: "posthog".parse().unwrap(),
            cluster: "c".into(),
            topic: "events".into(),
            topic_id: "t".into(),
            partition: 3,
        };
        let row = Quarantined {
            id: self.ids.next(),
            source: stream.source.clone(),
            origin: RecordOrigin::Kafka { stream, offset },
            code: code.into(),
            words: words.into(),
            sealed: b"sealed bytes".to_vec(),
            size: 12,
            letter: Letter::None,
        };
        let id = row.id;
        let part = FoldPart { quarantined: vec![row], ..FoldPart::default() };
        self.store.signals_fold(&FoldBatch { parts: vec![part] }, self.clock.now()).await.unwrap();
        id
    }

    /// An automation and its firings, as a pass leaves them.
    pub async fn automation(&self, automation: &Automation, firings: &[Firing]) {
        let now = self.clock.now();
        self.store.automation_put(automation, now).await.unwrap();
        for firing in firings {
            self.store.firing_open(firing, now).await.unwrap();
        }
    }

    /// A case of that signal and, where one is wanted, its task, as a plan makes them.
    pub async fn plan(
        &self,
        signal: SignalId,
        word: &str,
        with_task: Option<Starter>,
    ) -> (CaseId, Option<TaskId>) {
        let (record, _) = self.store.signal_show(signal).await.unwrap().unwrap();
        let (now, project) = (self.clock.now(), record.signal.key.project);
        let score = Score { total: 1.0, priority: Priority::P2, parts: vec![] };
        let case = Case {
            id: self.ids.next(),
            project,
            title: record.signal.title.clone(),
            state: if with_task.is_some() { CaseState::Tasked } else { CaseState::Watching },
            generation: 1,
            score,
            signals: vec![signal],
            opened_at: now,
            changed_at: now,
            merged_into: None,
        };
        let task = match with_task {
            Some(starter) => Some(self.task_of(&case, starter).await),
            None => None,
        };
        let commit = PlanCommit {
            id: self.ids.next(),
            project,
            revision: self.store.plan_load(project, 1, now).await.unwrap().revision,
            at: now,
            planned: vec![(signal, record.signal.revision)],
            joins: vec![(signal, case.id)],
            due: BTreeMap::new(),
            exemplars: BTreeMap::new(),
            ranks: vec![],
            quota: QuotaLimit {
                name: "planner:tasks".parse().unwrap(),
                units: 100,
                window: Duration::from_hours(1),
            },
            decisions: vec![self.decision(Stage::Planner, Subject::Case(case.id), word)],
            tasks: task.iter().cloned().collect(),
            cases: vec![case.clone()],
            policy: Policy::default(),
            evidence: TaskEvidence::default(),
            summary: PlanSummary { signals: 1, new_cases: 1, tasks: 1, ..PlanSummary::default() },
        };
        assert_eq!(self.store.plan_commit(&commit).await.unwrap(), Committed::Yes);
        (case.id, task.map(|task| task.id))
    }

    async fn task_of(&self, case: &Case, starter: Starter) -> Task {
        let (id, now) = (self.ids.next(), self.clock.now());
        let name = "acme/shop".parse().unwrap();
        let repository = self.store.repository_find(case.project, &name).await.unwrap().unwrap();
        Task {
            id,
            project: case.project,
            repository: Some(repository.id),
            title: case.title.clone(),
            brief: Sourced::stranger("It broke.".to_owned()),
            intent: Intent::Change,
            mode: Mode::Worktree,
            priority: Priority::P2,
            origin: Origin::Case,
            case: Some(TaskCase { case: case.id, generation: case.generation }),
            lineage: Lineage::root(id),
            state: TaskState::Queued,
            starter,
            provenance: Provenance::Stranger,
            opened_at: now,
            changed_at: now,
            assignee: None,
        }
    }

    /// A reason with the code `word`.
    pub fn decision(&self, stage: Stage, subject: Subject, word: &str) -> Decision {
        let now = self.clock.now();
        let reason = Reason { code: word.parse().unwrap(), words: word.replace('-', " ") };
        Decision { id: self.ids.next(), stage, subject, reason, first_at: now, last_at: now, count: 1 }
    }

    /// A pending run of a queued task, as the dispatcher makes it.
    pub async fn assign(&self, task: TaskId, mode: Mode, agent: &str) -> RunId {
        let now = self.clock.now();
        let run = Run {
            id: self.ids.next(),
            task,
            state: RunState::Pending,
            mode,
            agent: agent.parse().unwrap(),
            attempt: 0,
            runner: None,
            computer: None,
            queued_at: now,
            changed_at: now,
        };
        assert_eq!(self.store.runs_assign(std::slice::from_ref(&run)).await.unwrap(), []);
        run.id
    }

    pub fn runner(&self, name: &str) -> Runner {
        Runner {
            id: self.ids.next(),
            name: name.parse().unwrap(),
            computer: name.parse().unwrap(),
            modes: vec![Mode::Worktree, Mode::Cloud],
            slots: 2,
            seen_at: self.clock.now(),
        }
    }
}

pub fn wish() -> TaskWish {
    TaskWish {
        project: "web".parse().unwrap(),
        repository: "acme/shop".parse().unwrap(),
        title: "Fix the total".into(),
        brief: "It is wrong.".into(),
        intent: Intent::Change,
        mode: Mode::Worktree,
        priority: Priority::P2,
        once: None,
    }
}

pub fn actor(role: Role) -> Actor {
    Actor { role, ..local() }
}
