//! The API over an open store: for the listener, and for a command that holds the store itself.

use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_automations::{AutomationConfig, CronSchedule};
use signalbox_control::{Access, Cases, Projects, Reads, Secrets, SignIn, Tasks};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{Door, ProjectCreation};
use signalbox_planner::Planner;
use signalbox_runtime::{Clock, Health, StatusBoard, error_chain};
use signalbox_server::{Api, ApiSetup, Foreseeing, Foresight, HouseStatus, Schedules, Unforeseen};
use signalbox_store::Store;

use super::intake::DoorIntake;
use super::{House, stages};
use crate::wiring::VERSION;

pub(crate) fn sign_in(house: &House, store: &Store) -> SignIn {
    SignIn::new(store.clone(), house.base.clock.clone(), house.base.ids.clone())
}

pub(crate) fn api(house: &House, store: &Store, sign_in: SignIn) -> Api {
    let (clock, ids) = (house.base.clock.clone(), house.base.ids.clone());
    let policy = house.settings.planner.policy.clone();
    let door = Door::new(stages::ingest_setup(house, store), ProjectCreation::AtFirstMention)
        .with_fingerprints(house.settings.ingest.fingerprints.clone());
    Api::new(ApiSetup {
        access: Access::new(store.clone(), clock.clone(), ids.clone()),
        sign_in,
        reads: Reads::new(store.clone(), clock.clone(), house.settings.dispatcher.runner_seen_within),
        tasks: Tasks::new(store.clone(), clock.clone(), ids.clone(), policy, house.wakeups.clone()),
        cases: Cases::new(store.clone(), clock.clone(), ids.clone(), house.wakeups.clone()),
        runs: stages::runs(house, store),
        projects: Projects::new(store.clone(), clock.clone(), ids.clone()),
        secrets: Secrets::new(store.clone(), clock.clone(), ids, Arc::clone(&house.keys)),
        intake: Arc::new(DoorIntake::new(door)),
        schedules: Arc::new(Rules(house.settings.automations.rules.clone())),
        foresight: Arc::new(Ahead { planner: stages::unsharpened(house, store), clock: clock.clone() }),
        status: Arc::new(Status::of(house, store)),
        clock,
    })
}

/// The automations of the settings.
struct Rules(Vec<AutomationConfig>);

impl Schedules for Rules {
    fn next_after(&self, automation: &Label, now: Timestamp) -> Option<Timestamp> {
        let rule = self.0.iter().find(|rule| rule.name == *automation)?;
        // The settings were refused where a schedule could not be read.
        CronSchedule::parse(&rule.schedule, &rule.zone).ok()?.next_after(now)
    }
}

/// The planner of these settings, which asks nobody: looking ahead costs nothing.
struct Ahead {
    planner: Planner,
    clock: Clock,
}

impl Foresight for Ahead {
    fn foresee(&self, project: ProjectId) -> Foreseeing<'_> {
        Box::pin(async move {
            self.planner.preview(project, self.clock.now()).await.map_err(|error| {
                tracing::error!(error = %error_chain(&error), %project, "the planner could not look ahead");
                Unforeseen
            })
        })
    }
}

/// What `GET /api/v1/status` shows.
struct Status {
    store: String,
    roles: String,
    health: Health,
    board: StatusBoard,
}

impl Status {
    fn of(house: &House, store: &Store) -> Self {
        Self {
            store: store.location().to_string(),
            roles: house.settings.roles.to_string(),
            health: house.health.clone(),
            board: house.board.clone(),
        }
    }
}

impl HouseStatus for Status {
    fn status(&self) -> Value {
        json!({
            "version": VERSION,
            "store": self.store,
            "roles": self.roles,
            "health": self.health.readyz(),
            "parts": self.board.read(),
        })
    }
}
