//! A fresh store a test, and short ways to make nouns.

use std::sync::atomic::{AtomicU64, Ordering};

use signalbox_domain::change::Change;
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, ProjectId, TaskId};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::run::Run;
use signalbox_domain::signal::{Fingerprint, Sample, Severity, SignalKey, SourceFamily, Worth, rank};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::states::{ChangeState, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task, TaskCase};
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::Fold;
use signalbox_store::{Location, Store, StoreConfig};
use uuid::Uuid;

use signalbox_testkit::postgres::{Database, Server};
use signalbox_testkit::{Part, require};

/// An open store whose database goes away with it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    ids: AtomicU64,
    _folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

/// Noon of a day that every test may stand on.
pub(crate) const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

impl Fixture {
    pub(crate) async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig {
            url: format!("sqlite:{}", folder.path().join("test.db").display()).parse().unwrap(),
            ..StoreConfig::default()
        };
        let store = Store::open(&config).await.unwrap();
        Some(Self { store, ids: AtomicU64::new(1), _folder: Some(folder), _database: None })
    }

    /// None where PostgreSQL may be left out (a bare `cargo test` without it).
    pub(crate) async fn postgres() -> Option<Self> {
        require(Part::Postgres)?;
        let database = Server::shared().unwrap().database().unwrap();
        let config = StoreConfig { url: database.url().parse().unwrap(), ..StoreConfig::default() };
        let store = Store::open(&config).await.unwrap();
        Some(Self { store, ids: AtomicU64::new(1), _folder: None, _database: Some(database) })
    }

    /// The store as another process has it, as far as the database can be had by two.
    pub(crate) async fn other_process(&self) -> Store {
        match self.store.location() {
            Location::Sqlite(_) => self.store.clone(),
            Location::Postgres(_) => {
                let url = self.store.location().clone();
                Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap()
            }
        }
    }

    /// The next id, in order, of any kind.
    pub(crate) fn id<Id: From<Uuid>>(&self) -> Id {
        let n = self.ids.fetch_add(1, Ordering::Relaxed);
        Id::from(Uuid::from_u128((0x0190_u128 << 112) | u128::from(n)))
    }

    pub(crate) fn task(&self, project: ProjectId, origin: Origin) -> Task {
        let id: TaskId = self.id();
        Task {
            id,
            project,
            repository: None,
            title: Sourced::stranger("Fix it".to_owned()),
            brief: Sourced::stranger("It broke.".to_owned()),
            intent: Intent::Change,
            mode: Mode::Worktree,
            priority: Priority::P2,
            origin,
            case: None,
            lineage: Lineage::root(id),
            state: TaskState::Queued,
            starter: Starter::Itself,
            provenance: Provenance::Stranger,
            opened_at: NOON,
            changed_at: NOON,
            assignee: None,
        }
    }

    /// A task that the planner wants for a case.
    pub(crate) fn task_of(&self, project: ProjectId, case: CaseId, generation: u32) -> Task {
        Task { case: Some(TaskCase { case, generation }), ..self.task(project, Origin::Case) }
    }

    /// The project of that name, made at the first call.
    pub(crate) async fn project(&self, name: &str) -> ProjectId {
        self.store.project_ensure(&name.parse().unwrap(), self.id(), NOON).await.unwrap().id
    }

    /// A fold without records.
    pub(crate) async fn fold(&self, fingerprint: &str) -> Fold {
        let key = SignalKey {
            project: self.project("web").await,
            family: SourceFamily::ErrorTracking,
            kind: "exception".parse().unwrap(),
            fingerprint: Fingerprint { version: 1, key: fingerprint.to_owned() },
        };
        Fold {
            id: self.id(),
            key,
            aliases: vec![],
            title: Sourced::stranger("It broke".to_owned()),
            severity: Severity::Error,
            hold: None,
            hold_at: NOON,
            repository: None,
            users: Sketch::default(),
            records: vec![],
            samples: vec![],
        }
    }

    /// A reason with this code.
    pub(crate) fn decided(&self, subject: Subject, code: &str) -> Decision {
        let reason = Reason { code: code.parse().unwrap(), words: code.replace('-', " ") };
        let stage = Stage::Control;
        Decision { id: self.id(), stage, subject, reason, first_at: NOON, last_at: NOON, count: 1 }
    }

    pub(crate) fn sample(&self, text: &str) -> Sample {
        Sample {
            occurred_at: NOON,
            title: Sourced::stranger("It broke".to_owned()),
            text: Sourced::stranger(text.to_owned()),
            frames: vec![],
            release: None,
            environment: None,
            route: None,
            links: vec![],
            attributes: serde_json::Map::new(),
            redacted: vec![],
            worth: Worth { at: NOON, rank: rank([text.as_bytes()]), richness: 0 },
        }
    }

    pub(crate) fn change(&self, run: &Run) -> Change {
        Change {
            id: self.id(),
            repository: self.id(),
            task: Some(run.task),
            case: None,
            state: ChangeState::Committed,
            branch: format!("signalbox/{}-x", run.task),
            base: "main".to_owned(),
            head: "3f6c".to_owned(),
            commits: 1,
            touches: vec![],
            pull_request: None,
            changed_at: NOON,
        }
    }
}
