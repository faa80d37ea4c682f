//! `signalbox up`: starts the house. Listens first, so that a taken port is known before anything else and whoever
//! asks /readyz is told why it is not ready; then opens the store, patiently, and starts what works on it.

use std::sync::Arc;
use std::time::Duration;

use signalbox_control::Sweep;
use signalbox_runtime::{
    BridgeConfig, Condition, ExitCode, Health, HealthReporter, Metrics, NextPass, PassConfig, PassDriver,
    PassEnd, PassSetup, Process, SealingKeys, ServiceFailure, Signals, Stop, Wakeups, error_chain,
    run_bridge,
};
use signalbox_server::{Listener, health_routes};
use signalbox_store::{Store, StoreError};
use tokio::sync::watch;

use crate::cli::Up;
use crate::fail::{Failure, store_code};
use crate::out::say;
use crate::settings::{Loaded, Settings};
use crate::wiring::{self, Base};

const FLUSH_BOUND: Duration = Duration::from_secs(5);
const SWEEP_PERIOD: Duration = Duration::from_secs(3600);
const PULSE_PERIOD: Duration = Duration::from_secs(5);

/// What the services of one process share.
#[derive(Clone)]
struct House {
    settings: Settings,
    base: Base,
    keys: Arc<SealingKeys>,
    metrics: Metrics,
    health: Health,
    wakeups: Wakeups,
}

pub(crate) async fn run(up: &Up, loaded: Loaded) -> Result<ExitCode, Failure> {
    let settings = loaded.settings;
    let base = wiring::base()?;
    let redactor = wiring::redactor(&settings)?;
    let telemetry = wiring::telemetry(&settings, &base, &redactor)?;
    // Made at the first start, so that the first secret finds it; refused here when others may read it.
    let keys = Arc::new(wiring::sealing_keys(&settings, &base)?);
    let signals = Signals::listen().map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
    let house = House {
        metrics: wiring::metrics()?,
        health: Health::default(),
        wakeups: Wakeups::new(base.clock.clone()),
        settings,
        base,
        keys,
    };
    let mut process = Process::new(house.settings.process.clone(), house.base.clock.clone());
    let tasks = process.tasks().clone();
    if up.once {
        let done = once(&house).await;
        telemetry.stop(&tasks, FLUSH_BOUND).await;
        return done.map(|()| ExitCode::Done);
    }
    listen(&house, &mut process).await?;
    process.start("house", |stop| serve(house, stop));
    let code = process.run(signals).await;
    telemetry.stop(&tasks, FLUSH_BOUND).await;
    Ok(code)
}

/// One pass of everything; what cannot be reached ends it.
async fn once(house: &House) -> Result<(), Failure> {
    let store = Store::open(&house.settings.store).await?;
    wiring::keys_fit(&store, Arc::clone(&house.keys), &house.base).await?;
    loop {
        let swept = sweep(house, &store).pass(house.base.clock.now()).await?;
        tracing::info!(removed = ?swept.report.removed, "swept");
        if swept.next == NextPass::AtPeriod {
            break;
        }
    }
    store.close().await;
    Ok(())
}

async fn listen(house: &House, process: &mut Process) -> Result<(), Failure> {
    let listener = Listener::bind(&house.settings.server).await?;
    say(format_args!("signalbox {} listens on http://{}", wiring::VERSION, listener.address()))?;
    say(format_args!("  store: {}", house.settings.store.url))?;
    say(format_args!("  health: /healthz, /readyz, /metrics; stop with Ctrl-C"))?;
    let routes = health_routes(house.health.clone(), house.metrics.clone());
    process.start("http", |stop| async move {
        let turn = async move { stop.turn().await };
        listener.serve(routes, turn).await.map_err(|error| ServiceFailure::new(ExitCode::Failure, error))
    });
    Ok(())
}

/// Opens the store and runs what works on it, until the end.
async fn serve(house: House, stop: Stop) -> Result<(), ServiceFailure> {
    let reporter = house.health.register("store");
    let opened = wiring::open_store_patiently(&house.settings.store, &house.base, &reporter, &stop).await;
    let failed = |error: StoreError| ServiceFailure::new(store_code(&error), error);
    let Some(store) = opened.map_err(failed)? else { return Ok(()) };
    if let Err(failure) = wiring::keys_fit(&store, Arc::clone(&house.keys), &house.base).await {
        return Err(ServiceFailure::new(failure.code, failure.line().to_owned()));
    }
    reporter.report(Condition::Ready);
    tracing::info!(store = %store.location(), "the store is open");
    tokio::join!(
        bridge(&house, &store, stop.clone()),
        sweeping(&house, &store, stop.clone()),
        pulse(&house, &store, &reporter, stop.clone()),
    );
    store.close().await;
    reporter.withdraw();
    Ok(())
}

/// Wake-ups from and to other processes, where there can be others.
async fn bridge(house: &House, store: &Store, stop: Stop) {
    let Some(bridge) = store.wakeup_bridge() else { return };
    let (status, _) = watch::channel(Default::default());
    let randomness = house.base.randomness.clone();
    run_bridge(BridgeConfig::default(), house.wakeups.clone(), bridge, randomness, status, stop).await;
}

fn sweep(house: &House, store: &Store) -> Sweep {
    Sweep::new(store.clone(), house.settings.retention.clone())
}

fn setup(house: &House, name: &'static str, period: Duration) -> PassSetup {
    PassSetup {
        name,
        config: PassConfig { period, ..PassConfig::default() },
        clock: house.base.clock.clone(),
        randomness: house.base.randomness.clone(),
        wakeups: house.wakeups.subscribe(&[]),
    }
}

async fn sweeping(house: &House, store: &Store, stop: Stop) {
    let sweep = sweep(house, store);
    let pass = |now| {
        let sweep = sweep.clone();
        async move { sweep.pass(now).await }
    };
    PassDriver::new(setup(house, "sweep", SWEEP_PERIOD), &house.metrics, pass).run(stop).await;
}

/// Asks the store how it is, so that /readyz knows before a stage does.
async fn pulse(house: &House, store: &Store, reporter: &HealthReporter, stop: Stop) {
    let pass = |_now| async move {
        let answer = store.ping().await;
        reporter.report(match &answer {
            Ok(()) => Condition::Ready,
            Err(error) => Condition::Unavailable(error_chain(error)),
        });
        answer.map(|()| PassEnd { report: (), next: NextPass::AtPeriod })
    };
    PassDriver::new(setup(house, "pulse", PULSE_PERIOD), &house.metrics, pass).run(stop).await;
}
