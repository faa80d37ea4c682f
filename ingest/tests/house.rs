//! A store with everything that ingest needs around it, and ingest running on it.

use std::sync::Arc;
use std::time::Duration;

use signalbox_domain::ids::QuarantineId;
use signalbox_domain::signal::Signal;
use signalbox_ingest::{
    Counts, HoldConfig, IngestConfig, IngestError, IngestMetrics, IngestSetup, KafkaIngest, LimitConfig,
    Status, Until,
};
use signalbox_redact::{Config, Redactor};
use signalbox_runtime::{
    BuildInfo, Clock, Health, IdSource, Metrics, Randomness, SealContext, SealPurpose, SealingKeys, Shutdown,
    StopReason, TaskEnd, TaskHandle, Tasks, Wakeups,
};
use signalbox_store::ingest::{QuarantineRow, SignalFilter};
use signalbox_store::{Location, Page, Store, StoreConfig};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::postgres::{Database, Server};
use signalbox_testkit::{Part, require, wait_until_async};

pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Sqlite,
    Postgres,
}

pub(crate) const BOTH: [Base; 2] = [Base::Sqlite, Base::Postgres];

pub(crate) struct House {
    pub(crate) store: Store,
    pub(crate) keys: Arc<SealingKeys>,
    pub(crate) metrics: Metrics,
    ingest_metrics: IngestMetrics,
    folder: tempfile::TempDir,
    pub(crate) database: Option<Database>,
}

/// Ingest of one source as a process of its own would run it.
pub(crate) struct Running {
    pub(crate) status: Status,
    shutdown: Shutdown,
    tasks: Tasks,
    handle: TaskHandle<Result<(), IngestError>>,
}

impl House {
    /// None where the database may be left out.
    pub(crate) async fn new(base: Base) -> Option<Self> {
        let database = match base {
            Base::Sqlite => None,
            Base::Postgres => {
                require(Part::Postgres)?;
                Some(Server::shared().unwrap().database().unwrap())
            }
        };
        Some(Self::on(database).await)
    }

    pub(crate) async fn on(database: Option<Database>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = match &database {
            None => format!("sqlite:{}", folder.path().join("house.db").display()),
            Some(database) => database.url().to_owned(),
        };
        let store = open(url.parse().unwrap()).await;
        let text = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
        let keys = SealingKeys::from_text("test", text, Randomness::system().unwrap()).unwrap();
        let metrics = Metrics::new(BuildInfo { version: "1", revision: "a" }).unwrap();
        let ingest_metrics = IngestMetrics::new(&metrics).unwrap();
        Self { store, keys: Arc::new(keys), metrics, ingest_metrics, folder, database }
    }

    /// Another process's connection, as far as the database can be had by two.
    pub(crate) async fn other_store(&self) -> Store {
        match self.store.location() {
            Location::Sqlite(_) => self.store.clone(),
            Location::Postgres(_) => open(self.store.location().clone()).await,
        }
    }

    pub(crate) fn setup(&self, store: Store, shutdown: &Shutdown) -> IngestSetup {
        let (clock, randomness) = (Clock::system(), Randomness::system().unwrap());
        IngestSetup {
            store,
            redactor: Arc::new(Redactor::new(&Config::default()).unwrap()),
            keys: Arc::clone(&self.keys),
            ids: IdSource::new(clock.clone(), randomness.clone()),
            wakeups: Wakeups::new(clock.clone()),
            clock,
            randomness,
            tasks: Tasks::new(shutdown.clone()),
            limits: LimitConfig::default(),
            holds: HoldConfig::default(),
            metrics: self.ingest_metrics.clone(),
        }
    }

    /// Reads what is there, and ends by itself.
    pub(crate) async fn catch_up(&self, config: &IngestConfig) -> Result<Counts, IngestError> {
        let shutdown = Shutdown::new();
        let setup = self.setup(self.other_store().await, &shutdown);
        let ingest = KafkaIngest::new(config.sources[0].clone(), config, setup);
        let status = ingest.status();
        ingest.run(Until::CaughtUp, Health::default().register("kafka"), shutdown.into()).await?;
        Ok(status.counts())
    }

    pub(crate) async fn run(&self, config: &IngestConfig) -> Running {
        let shutdown = Shutdown::new();
        let setup = self.setup(self.other_store().await, &shutdown);
        let tasks = setup.tasks.clone();
        let ingest = KafkaIngest::new(config.sources[0].clone(), config, setup);
        let status = ingest.status();
        let handle = tasks.spawn(
            "ingest",
            ingest.run(Until::Stopped, Health::default().register("kafka"), shutdown.clone().into()),
        );
        Running { status, shutdown, tasks, handle }
    }

    pub(crate) async fn signals(&self) -> Vec<Signal> {
        let page = Page { before: None, size: 100 };
        let records = self.store.signals_list(SignalFilter::default(), page).await.unwrap();
        records.into_iter().map(|record| record.signal).collect()
    }

    pub(crate) async fn count(&self) -> u64 {
        self.signals().await.iter().map(|signal| signal.count).sum()
    }

    pub(crate) async fn quarantine(&self) -> Vec<QuarantineRow> {
        let page = Page::<QuarantineId> { before: None, size: 100 };
        let mut rows = self.store.quarantine_list(page).await.unwrap();
        rows.sort_by(|one, other| one.code.cmp(&other.code).then(one.size.cmp(&other.size)));
        rows
    }

    pub(crate) fn opened(&self, row: &QuarantineRow) -> Vec<u8> {
        let id = row.id.uuid();
        let place = SealContext { purpose: SealPurpose::Quarantine, row: id.as_bytes() };
        self.keys.open(place, &row.sealed).unwrap().to_vec()
    }

    /// Every byte that the database keeps of ingest, in hexadecimal where it is binary.
    pub(crate) fn everything_kept(&self) -> Vec<u8> {
        let Some(database) = &self.database else {
            let files = std::fs::read_dir(self.folder.path()).unwrap();
            return files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
        };
        let tables = [
            "signals",
            "signal_counts",
            "signal_samples",
            "quarantine",
            "decisions",
            "record_marks",
            "replay_sessions",
            "metric_points",
        ];
        let rows = tables.map(|table| database.query(&format!("SELECT t::text FROM {table} t")).unwrap());
        rows.concat().into_bytes()
    }
}

async fn open(url: Location) -> Store {
    Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap()
}

impl Running {
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(Counts) -> bool) -> Counts {
        let waited = wait_until_async(what, PATIENCE, async || holds(self.status.counts())).await;
        waited.unwrap_or_else(|late| panic!("{late}: {:?}", self.status.counts()));
        self.status.counts()
    }

    /// In good order.
    pub(crate) async fn stop(self) {
        self.shutdown.stop(StopReason::Asked("test"));
        self.handle.await.unwrap().unwrap();
        self.tasks.idle().await;
    }

    /// In the middle of whatever it does: nothing after this line is committed by it.
    pub(crate) async fn drop_dead(self) {
        self.handle.abort();
        let ended = self.handle.await;
        assert!(matches!(ended, Err(TaskEnd::Aborted { .. })), "{ended:?}");
    }
}

pub(crate) fn config(cluster: &Cluster, topic: &str, group: &str) -> IngestConfig {
    config_at(&cluster.bootstrap(), topic, group)
}

pub(crate) fn config_at(brokers: &str, topic: &str, group: &str) -> IngestConfig {
    serde_json::from_value(serde_json::json!({
        "sources": [{
            "name": "events", "format": "posthog_event", "project": {"teams": {"2": "web"}},
            "kafka": {
                "brokers": brokers.split(',').collect::<Vec<_>>(), "topics": [topic], "group": group,
                "properties": {"session.timeout.ms": "6000", "reconnect.backoff.max.ms": "500"},
            },
        }],
        "batch": {"records": 50, "wait": "20ms"},
        "backoff": {"initial": "20ms", "cap": "200ms"},
    }))
    .unwrap()
}
