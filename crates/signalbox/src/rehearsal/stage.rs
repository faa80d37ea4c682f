//! The stage: a database in a folder that goes away, a clock that stands where the rows are, and the planner of the settings.
//!
//! What came within a step of event time is folded together and planned at its end, and a case whose own time comes in
//! between is looked at then. A row whose time lies before the one before it does not turn the clock back.

use std::sync::Arc;
use std::time::Duration;

use signalbox_control::local;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::project::Repository;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::Observation;
use signalbox_planner::Planner;
use signalbox_runtime::{
    Clock, ExitCode, IdSource, ManualClock, NextPass, Randomness, SealingKeys, error_chain,
};
use signalbox_server::{Api, Verb};
use signalbox_store::{Store, StoreConfig};

use super::entrance::{Entrance, Read};
use super::page::{Names, Played, page};
use super::row::{Act, Row};
use crate::fail::Failure;
use crate::house::in_process;
use crate::settings::Settings;
use crate::wiring::{self, Base};

/// So much event time is planned at once.
const STEP: Duration = Duration::from_mins(10);
/// In a gap between rows the planner looks as often as this.
const GAP: Duration = Duration::from_hours(1);
/// A gap is looked through for so long, which is longer than anything waits by itself.
const LONGEST_GAP: Duration = Duration::from_hours(90 * 24);
/// Where no row has a time.
const BEGINNING: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// A plan that takes no end is a fault; this many passes bring a million signals through.
const MOST_PASSES: usize = 2000;

/// Who plays.
pub(crate) struct Cast {
    /// Of records that name no project.
    pub(crate) project: ProjectName,
    /// Of every project; none makes the planner say so.
    pub(crate) repositories: Vec<RepositoryName>,
    /// What the rows are called on the page.
    pub(crate) title: String,
}

struct Stage {
    store: Store,
    ids: IdSource,
    time: ManualClock,
    clock: Clock,
    planner: Planner,
    entrance: Entrance,
    repositories: Vec<RepositoryName>,
    /// Projects that have their repositories.
    settled: usize,
    api: Api,
    names: Names,
    played: Played,
    came: Vec<Observation>,
}

/// Plays the rows, and tells on one page what became of them.
pub(crate) async fn rehearse(settings: Settings, cast: Cast, rows: Vec<Row>) -> Result<String, Failure> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("rehearsal.db").display());
    let url = url.parse().map_err(|error| {
        Failure::new(ExitCode::Failure, format!("a database in the folder for temporary files: {error}"))
    })?;
    let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await?;
    let mut stage = Stage::new(settings, cast, store.clone())?;
    for row in rows {
        stage.row(row).await?;
    }
    stage.finish().await?;
    let told = page(&stage.store, &mut stage.names, &stage.played).await;
    drop(stage);
    store.close().await;
    Ok(told?)
}

impl Stage {
    fn new(settings: Settings, cast: Cast, store: Store) -> Result<Self, Failure> {
        let (clock, time) = Clock::manual(BEGINNING);
        let randomness = Randomness::seeded(1);
        let ids = IdSource::new(clock.clone(), randomness.clone());
        let base = Base { clock: clock.clone(), randomness: randomness.clone(), ids: ids.clone() };
        // Nothing that is sealed here outlives the folder.
        let keys = SealingKeys::from_text("rehearsal", &"0f".repeat(32), randomness)
            .map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
        let keys = Arc::new(keys);
        let planner = Planner::new(store.clone(), ids.clone(), settings.planner.clone());
        let entrance = Entrance::new(
            store.clone(),
            ids.clone(),
            (wiring::redactor(&settings)?, Arc::clone(&keys)),
            &settings.ingest,
            cast.project,
        )
        .map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
        let api = in_process(settings, base, keys, &store)?;
        Ok(Self {
            store,
            ids,
            time,
            clock,
            planner,
            entrance,
            repositories: cast.repositories,
            settled: 0,
            api,
            names: Names::default(),
            played: Played::new(cast.title),
            came: Vec::new(),
        })
    }

    async fn row(&mut self, row: Row) -> Result<(), Failure> {
        let Row { number, at, act } = row;
        match act {
            Act::Wrong(words) => self.played.unreadable(number, &words),
            Act::Call { call, body } => {
                self.catch_up(at).await?;
                self.plan().await?;
                self.names.learn(&self.store).await?;
                let body = self.names.filled_in(body);
                self.call(number, &call, &body).await;
                self.plan().await?;
            }
            Act::Record { format, payload } => {
                self.played.records += 1;
                match self.entrance.read(&format, &payload, at, self.clock.now()) {
                    Read::Unreadable(words) => self.played.unreadable(number, &words),
                    Read::NotASignal => {
                        self.played.not_signals += 1;
                        self.catch_up(at).await?;
                    }
                    Read::Observations(kept) => {
                        let happened = kept.iter().filter_map(|one| one.occurred_at).max();
                        self.catch_up(at.or(happened)).await?;
                        self.played.observations += kept.len();
                        self.came.extend(kept);
                    }
                }
            }
        }
        Ok(())
    }

    /// Moves the clock to a row's time; what lies in between is planned.
    async fn catch_up(&mut self, to: Option<Timestamp>) -> Result<(), Failure> {
        let Some(to) = to else { return Ok(()) };
        if self.played.first.is_none() {
            self.time.set_wall(to);
        }
        self.played.first.get_or_insert(to);
        let now = self.clock.now();
        if to.since(now) < STEP {
            return Ok(());
        }
        self.time.set_wall(now.plus(STEP));
        self.plan().await?;
        self.look_through(to).await
    }

    async fn look_through(&mut self, to: Timestamp) -> Result<(), Failure> {
        let last = self.clock.now().plus(LONGEST_GAP);
        loop {
            let next = self.clock.now().plus(GAP);
            if next >= to || next >= last {
                break;
            }
            self.time.set_wall(next);
            self.plan().await?;
        }
        self.time.set_wall(to.max(self.clock.now()));
        Ok(())
    }

    /// Folds what came, and plans until nothing is left.
    async fn plan(&mut self) -> Result<(), Failure> {
        let now = self.clock.now();
        if !self.came.is_empty() {
            let came = std::mem::take(&mut self.came);
            self.played.duplicates += self.entrance.fold(came, now).await?;
        }
        self.settle(now).await?;
        for _ in 0..MOST_PASSES {
            let pass = Box::pin(self.planner.pass(now)).await;
            let end = pass.map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
            self.played.plans += end.report.projects;
            if end.next != NextPass::AtOnce {
                break;
            }
        }
        Ok(())
    }

    /// Every project has the repositories that were named.
    async fn settle(&mut self, now: Timestamp) -> Result<(), Failure> {
        if self.settled == self.entrance.projects.len() {
            return Ok(());
        }
        let projects: Vec<ProjectId> = self.entrance.projects.values().copied().collect();
        for project in &projects {
            for name in &self.repositories {
                if self.store.repository_find(*project, name).await?.is_none() {
                    let (id, name) = (self.ids.next(), name.clone());
                    let location = format!("/nowhere/{name}");
                    let default_branch = "main".to_owned();
                    let repository = Repository { id, project: *project, name, location, default_branch };
                    self.store.repository_put(&repository, now).await?;
                }
            }
        }
        self.settled = projects.len();
        Ok(())
    }

    async fn call(&mut self, number: u64, call: &str, body: &serde_json::Value) {
        let filled = self.names.filled(call);
        let (verb, path) = match filled.split_once(' ') {
            Some(("GET", path)) => (Verb::Get, path),
            Some(("POST", path)) => (Verb::Post, path),
            _ => {
                let words = "call: expected GET or POST and a path, such as \"POST /cases/{case 1}/reopen\"";
                self.played.unreadable(number, words);
                return;
            }
        };
        let body = if verb == Verb::Post { Some(body.to_string().into_bytes()) } else { None };
        let answer = Box::pin(self.api.call(local(), verb, &format!("/api/v1{path}"), body)).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.played.called(number, call, answer.status, &text);
    }

    async fn finish(&mut self) -> Result<(), Failure> {
        let now = self.clock.now().plus(STEP);
        self.time.set_wall(now);
        let over = self.entrance.sessions.finish();
        self.played.observations += over.len();
        self.came.extend(over);
        self.plan().await?;
        self.played.last = Some(now);
        Ok(())
    }
}
