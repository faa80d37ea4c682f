//! The house at work: one store, and on it every stage that this process has a role for.
//!
//! ```text
//!   sources ─▶ ingest ─▶ signals ─▶ planner ─▶ tasks ─▶ dispatcher ─▶ runs ─▶ runner ─▶ outcomes
//!                                  (wakes.rs says who wakes whom)
//! ```
//!
//! Only puts together: no rule about signals, cases or tasks lives here. Called by `up`.

mod address;
mod alone;
mod computer;
mod dev_kafka;
mod faces;
mod intake;
mod once;
mod port;
mod ready;
mod stages;
mod token_file;
mod wakes;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use signalbox_control::{Access, Sweep, local};
use signalbox_ingest::IngestMetrics;
use signalbox_redact::Redactor;
use signalbox_runtime::{
    BridgeConfig, Condition, ExitCode, Health, HealthReporter, Metrics, NextPass, PassConfig, PassEnd,
    SealingKeys, ServiceFailure, Shutdown, StatusBoard, Stop, Tasks, Wakeups, error_chain, run_bridge,
};
use signalbox_server::{Front, Hosts};
use signalbox_store::Store;
use tokio::sync::watch;

use crate::fail::Failure;
use crate::out::say;
use crate::settings::{Role, Settings};
use crate::wiring::Base;
use address::Announced;

pub(crate) use address::{find as find_server, reachable};
pub(crate) use alone::in_process;
pub(crate) use computer::computer;
pub(crate) use dev_kafka::{DEV_PROJECT, DevKafka};
pub(crate) use once::once;
pub(crate) use stages::see_isolation;
pub(crate) use token_file::read as read_token;

const SWEEP_PERIOD: Duration = Duration::from_secs(3600);
const PULSE_PERIOD: Duration = Duration::from_secs(5);

/// What the services of one process share before there is a store.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) settings: Settings,
    pub(crate) base: Base,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) metrics: Metrics,
    pub(crate) ingest_metrics: IngestMetrics,
    pub(crate) health: Health,
    pub(crate) wakeups: Wakeups,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    /// What every part is doing, as `status` shows it.
    pub(crate) board: StatusBoard,
}

/// The same, with the keys that seal: which these are, the store has to say.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) site: Site,
    pub(crate) keys: Arc<SealingKeys>,
}

impl Deref for House {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Site {
    fn has(&self, role: Role) -> bool {
        self.settings.roles.has(role)
    }

    fn access(&self, store: &Store) -> Access {
        Access::new(store.clone(), self.base.clock.clone(), self.base.ids.clone())
    }

    fn show<T: Serialize + Send + Sync + 'static>(&self, name: &str, status: watch::Receiver<T>) {
        if let Err(full) = self.board.show(name, status) {
            tracing::warn!("{full}");
        }
    }

    /// What a service cannot go on from stops the whole process.
    fn fail(&self, failure: &Failure) {
        self.shutdown.fail(failure.code, failure.line());
    }
}

/// Where this process listens, and what it answers there.
pub(crate) struct Door {
    pub(crate) front: Front,
    pub(crate) address: SocketAddr,
    /// Registered before anybody can ask, so that nothing is ready before the store is.
    pub(crate) store: HealthReporter,
}

/// Opens the store and runs what works on it, until the end.
pub(crate) async fn serve(site: Site, door: Door, stop: Stop) -> Result<(), ServiceFailure> {
    let Door { front, address, store: reporter } = door;
    let Some((store, keys)) = ready::patiently(&site, &reporter, &stop).await? else { return Ok(()) };
    let house = House { site, keys };
    let opened = async {
        open(&house, &store, &front, address)?;
        Ok(announced(&house, address).await)
    };
    let announced = opened
        .await
        .map_err(|failure: Failure| ServiceFailure::new(failure.code, failure.line().to_owned()))?;
    reporter.report(Condition::Ready);
    tracing::info!(store = %store.location(), roles = %house.settings.roles, "the store is open");
    tokio::join!(
        bridge(&house, &store, stop.clone()),
        sweeping(&house, &store, stop.clone()),
        pulse(&house, &store, &reporter, stop.clone()),
        stages::run(&house, &store, stop),
    );
    if let Some(announced) = announced {
        announced.withdraw();
    }
    store.close().await;
    reporter.withdraw();
    Ok(())
}

/// Lets the API answer, and prints the link that signs a browser in once.
fn open(house: &House, store: &Store, front: &Front, address: SocketAddr) -> Result<(), Failure> {
    if !house.has(Role::Api) {
        front.stay_closed();
        return Ok(());
    }
    let public = house.settings.server.public_url.as_ref();
    let sign_in = faces::sign_in(house, store);
    let link =
        sign_in.link(&local()).map_err(|problem| Failure::new(ExitCode::Failure, error_chain(&problem)))?;
    let base = public.map_or_else(|| format!("http://{address}"), ToString::to_string);
    let api = faces::api(house, store, sign_in, base.clone());
    let sdks =
        faces::sdks(house, store).map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
    let hooks = faces::hooks(house, store)?;
    front.open(api.routes(Hosts::new(address, public), &sdks, &hooks));
    say(format_args!("  sign in, once, within ten minutes: {base}{}", link.path))
}

/// Tells this computer's commands where the API is.
async fn announced(house: &House, address: SocketAddr) -> Option<Announced> {
    if !house.has(Role::Api) {
        return None;
    }
    address::announce(&house.settings, address, &house.base.clock).await
}

/// Wake-ups from and to other processes, where there can be others.
async fn bridge(house: &House, store: &Store, stop: Stop) {
    let Some(bridge) = store.wakeup_bridge() else { return };
    let (status, seen) = watch::channel(Default::default());
    house.show("bridge", seen);
    let randomness = house.base.randomness.clone();
    run_bridge(BridgeConfig::default(), house.wakeups.clone(), bridge, randomness, status, stop).await;
}

async fn sweeping(house: &House, store: &Store, stop: Stop) {
    if !house.has(Role::Sweep) {
        return;
    }
    let sweep = Sweep::new(store.clone(), house.settings.retention.clone());
    let config = PassConfig { period: SWEEP_PERIOD, ..PassConfig::default() };
    let pass = |now| {
        let sweep = sweep.clone();
        async move { sweep.pass(now).await }
    };
    stages::drive(house, stages::Drive { name: "sweep", config, woken_by: &[] }, pass, stop).await;
}

/// Asks the store how it is, so that /readyz knows before a stage does.
async fn pulse(house: &House, store: &Store, reporter: &HealthReporter, stop: Stop) {
    let config = PassConfig { period: PULSE_PERIOD, ..PassConfig::default() };
    let pass = |_now| async move {
        let answer = store.ping().await;
        reporter.report(match &answer {
            Ok(()) => Condition::Ready,
            Err(error) => Condition::Unavailable(error_chain(error)),
        });
        answer.map(|()| PassEnd { report: (), next: NextPass::AtPeriod })
    };
    stages::drive(house, stages::Drive { name: "pulse", config, woken_by: &[] }, pass, stop).await;
}
