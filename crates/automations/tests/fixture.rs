//! A fresh store a test, with a project that has a repository; and automations as another process has them.

use std::time::Duration;

use signalbox_automations::{Automations, AutomationsConfig, AutomationsStatus};
use signalbox_domain::automation::Firing;
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, ManualClock, Randomness};
use signalbox_store::tasks::TaskFilter;
use signalbox_store::{Location, Page, Store, StoreConfig};
use signalbox_testkit::postgres::{Database, Server};
use signalbox_testkit::{Part, require};

/// An open store whose database goes away with it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) ids: IdSource,
    _clock: ManualClock,
    _folder: Option<tempfile::TempDir>,
    _database: Option<Database>,
}

/// A Saturday.
pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn after_noon(minutes: u64) -> Timestamp {
    noon().plus(Duration::from_secs(minutes * 60))
}

/// One automation on that schedule in UTC.
pub(crate) fn every(schedule: &str) -> AutomationsConfig {
    let text = format!(
        r#"
        [[rules]]
        name = "tidy"
        schedule = "{schedule}"
        [rules.task]
        project = "web"
        repository = "shop"
        title = "Tidy up"
        brief = "Take out what nothing uses."
        mode = "cloud"
        "#
    );
    toml::from_str(&text).unwrap()
}

impl Fixture {
    pub(crate) async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("test.db").display()).parse().unwrap();
        Some(Self::on(url, Some(folder), None).await)
    }

    /// None where PostgreSQL may be left out.
    pub(crate) async fn postgres() -> Option<Self> {
        require(Part::Postgres)?;
        let database = Server::shared().unwrap().database().unwrap();
        let url = database.url().parse().unwrap();
        Some(Self::on(url, None, Some(database)).await)
    }

    async fn on(url: Location, folder: Option<tempfile::TempDir>, database: Option<Database>) -> Self {
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        let (clock, hand) = Clock::manual(noon());
        let ids = IdSource::new(clock, Randomness::seeded(1));
        Self { store, ids, _clock: hand, _folder: folder, _database: database }
    }

    pub(crate) async fn repository(&self) {
        let project =
            self.store.project_ensure(&"web".parse().unwrap(), self.ids.next(), noon()).await.unwrap();
        let repository = Repository {
            id: self.ids.next(),
            project: project.id,
            name: "shop".parse().unwrap(),
            location: "/srv/git/shop".into(),
            default_branch: "main".into(),
        };
        self.store.repository_put(&repository, noon()).await.unwrap();
    }

    /// As a process has them that just started, as far as the database can be had by two.
    pub(crate) async fn process(&self, config: &AutomationsConfig) -> Automations {
        let url = self.store.location().clone();
        let store = match url {
            Location::Sqlite(_) => self.store.clone(),
            Location::Postgres(_) => {
                Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap()
            }
        };
        Automations::new(store, self.ids.clone(), config.clone(), Policy::default()).unwrap()
    }

    pub(crate) async fn pass(&self, config: &AutomationsConfig, now: Timestamp) -> AutomationsStatus {
        self.process(config).await.pass(now).await.unwrap().report
    }

    /// The firings of the one automation, the earliest first.
    pub(crate) async fn firings(&self) -> Vec<Firing> {
        let automations = self.store.automations_list().await.unwrap();
        assert_eq!(automations.len(), 1);
        let mut firings = self.store.firings_list(automations[0].id, Page::first(500)).await.unwrap();
        firings.sort_by_key(|firing| firing.due_at);
        firings
    }

    pub(crate) async fn tasks(&self) -> Vec<Task> {
        let all = TaskFilter::default();
        self.store.tasks_list(all, Page::first(500)).await.unwrap()
    }
}

/// Makes each named test twice: `sqlite::NAME` and `postgres::NAME`.
macro_rules! on_both {
    ($($test:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(fixture) = crate::fixture::Fixture::sqlite().await {
                    super::$test(&fixture).await;
                }
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                if let Some(fixture) = crate::fixture::Fixture::postgres().await {
                    super::$test(&fixture).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;
