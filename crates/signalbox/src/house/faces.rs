//! The API over an open store: for the listener, and for a command that holds the store itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use signalbox_automations::{AutomationConfig, CronSchedule};
use signalbox_control::{
    Access, Cases, Erasure, Hook, HookKind, Hooks, People, Positions, Projects, Quarantine, Reads, Secrets,
    SignIn, Tasks,
};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{Dialect, Door, Format, HookConfig, Loader, ProjectCreation, Retry, SdkDoor};
use signalbox_planner::Planner;
use signalbox_runtime::{Clock, ExitCode, Health, MetricError, StatusBoard, error_chain, resolve_secret};
use signalbox_server::{
    Api, ApiSetup, Foreseeing, Foresight, HookRoutes, HouseStatus, Schedules, Sdks, Unforeseen,
};
use signalbox_store::Store;
use zeroize::Zeroizing;

use super::intake::{DoorIntake, FileLoad, RetryIntake, SdkDoorIntake};
use super::{House, stages};
use crate::fail::Failure;
use crate::wiring::VERSION;

pub(crate) fn sign_in(house: &House, store: &Store) -> SignIn {
    SignIn::new(store.clone(), house.base.clock.clone(), house.base.ids.clone())
}

/// `base` is where SDKs reach this server.
pub(crate) fn api(house: &House, store: &Store, sign_in: SignIn, base: String) -> Api {
    let (clock, ids) = (house.base.clock.clone(), house.base.ids.clone());
    let policy = house.settings.planner.policy.clone();
    let door = Door::new(stages::ingest_setup(house, store), ProjectCreation::AtFirstMention)
        .with_fingerprints(house.settings.ingest.fingerprints.clone());
    let retry = Retry::new(house.settings.ingest.clone(), stages::ingest_setup(house, store));
    let loader = Loader::new(stages::ingest_setup(house, store), house.settings.ingest.fingerprints.clone());
    Api::new(ApiSetup {
        access: Access::new(store.clone(), clock.clone(), ids.clone()),
        sign_in,
        reads: Reads::new(store.clone(), clock.clone(), house.settings.dispatcher.runner_seen_within),
        tasks: Tasks::new(store.clone(), clock.clone(), ids.clone(), policy, house.wakeups.clone()),
        cases: Cases::new(store.clone(), clock.clone(), ids.clone(), house.wakeups.clone()),
        people: People::new(store.clone(), clock.clone(), ids.clone()),
        runs: stages::runs(house, store),
        projects: Projects::new(store.clone(), clock.clone(), ids.clone()),
        secrets: Secrets::new(store.clone(), clock.clone(), ids.clone(), Arc::clone(&house.keys)),
        quarantine: Quarantine::new(store.clone(), Arc::clone(&house.keys)),
        positions: Positions::new(store.clone(), clock.clone()),
        erasure: Erasure::new(store.clone(), clock.clone(), ids.clone(), Arc::clone(&house.keys)),
        intake: Arc::new(DoorIntake::new(door)),
        retry: Arc::new(RetryIntake(retry)),
        load: Arc::new(FileLoad(loader)),
        schedules: Arc::new(Rules(house.settings.automations.rules.clone())),
        foresight: Arc::new(Ahead { planner: stages::unsharpened(house, store), clock: clock.clone() }),
        status: Arc::new(Status::of(house, store)),
        base,
        clock,
    })
}

/// What unchanged SDKs send to, for the listener.
pub(crate) fn sdks(house: &House, store: &Store) -> Result<Sdks, MetricError> {
    let config = &house.settings.ingest;
    let setup = stages::ingest_setup(house, store);
    let door = SdkDoor::new(setup, &config.sdk, config.fingerprints.clone(), &house.metrics);
    house.show("sdk posthog", door.status(Dialect::Posthog).watch());
    house.show("sdk sentry", door.status(Dialect::Sentry).watch());
    Sdks::new(Arc::new(SdkDoorIntake(door)), house.base.clock.clone(), &house.metrics)
}

/// What other systems' webhooks are sent to, for the listener. A secret that is not where the settings say is a wrong
/// setting.
pub(crate) fn hooks(house: &House, store: &Store) -> Result<HookRoutes, Failure> {
    let mut hooks = BTreeMap::new();
    for (index, config) in house.settings.ingest.hooks.iter().enumerate() {
        let secret = resolve_secret(&config.secret).map_err(|error| {
            let line = format!("ingest.hooks[{index}].secret: {}", error_chain(&error));
            Failure::new(ExitCode::BadConfig, line)
        })?;
        let secret = Zeroizing::new(secret.as_bytes().to_vec());
        hooks.insert(config.name.clone(), Hook { kind: kind(config), secret });
    }
    let (clock, ids) = (house.base.clock.clone(), house.base.ids.clone());
    let redactor = Arc::clone(&house.redactor);
    let hooks = Hooks::new(store.clone(), clock.clone(), ids, redactor, house.wakeups.clone(), hooks);
    HookRoutes::new(hooks, clock, &house.metrics)
        .map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))
}

/// How its sender signs follows from who that is.
fn kind(config: &HookConfig) -> HookKind {
    match config.format {
        Format::GithubWebhook => HookKind::Github,
        Format::SentryWebhook => HookKind::Sentry,
        _ => HookKind::Generic,
    }
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
