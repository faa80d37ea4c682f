//! `signalbox up`: starts the site. Listens first, so that a taken port is known before anything else and whoever
//! asks /readyz is told why it is not ready; then opens the store, patiently, and starts what works on it.

use std::future::Future;
use std::time::Duration;

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use signalbox_runtime::{
    ExitCode, Health, Process, ServiceFailure, Signals, StatusBoard, Wakeups, error_chain,
};
use signalbox_server::{Front, Listener};
use tokio::sync::oneshot;

use crate::cli::Up;
use crate::fail::Failure;
use crate::house::{DevKafka, Door, Site, once, see_isolation, serve};
use crate::out::say;
use crate::sealing;
use crate::settings::{Loaded, Roles, Settings};
use crate::wiring;

const FLUSH_BOUND: Duration = Duration::from_secs(5);

pub(crate) async fn run(up: &Up, loaded: Loaded) -> Result<ExitCode, Failure> {
    let base = wiring::base()?;
    let dev_kafka = up.dev_kafka.then(|| DevKafka::start(&base.randomness)).transpose()?;
    let settings = as_told(up, loaded.settings, dev_kafka.as_ref());
    let redactor = wiring::redactor(&settings)?;
    let telemetry = wiring::telemetry(&settings, &base, &redactor)?;
    // Refused here already when others may read it; which key is the right one, the store has to say.
    sealing::present(&settings, &base)?;
    let signals = Signals::listen().map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
    if let Some(parent) = up.ends_with {
        end_with(parent)?;
    }
    let mut process = Process::new(settings.process.clone(), base.clock.clone());
    let tasks = process.tasks().clone();
    let metrics = wiring::metrics()?;
    let site = Site {
        ingest_metrics: wiring::ingest_metrics(&metrics)?,
        metrics,
        health: Health::default(),
        board: StatusBoard::default(),
        wakeups: Wakeups::new(base.clock.clone()),
        tasks: tasks.clone(),
        shutdown: process.shutdown().clone(),
        settings,
        base,
        redactor,
    };
    if up.once {
        let done = to_the_end(once(site), process, signals).await;
        telemetry.stop(&tasks, FLUSH_BOUND).await;
        return done;
    }
    see_isolation(&site).await?;
    let door = listen(&site, &mut process, dev_kafka.as_ref()).await?;
    process.start("house", |stop| serve(site, door, stop));
    let code = process.run(signals).await;
    telemetry.stop(&tasks, FLUSH_BOUND).await;
    Ok(code)
}

/// A job that is asked to stop is dropped where it stands: nothing acknowledged is lost by that, at whatever line.
async fn to_the_end(
    job: impl Future<Output = Result<(), Failure>> + Send + 'static,
    mut process: Process,
    signals: Signals,
) -> Result<ExitCode, Failure> {
    let (ended_to, ended) = oneshot::channel();
    process.start_job("once", |stop| async move {
        let done = tokio::select! {
            done = job => done,
            () = stop.stop_taking() => Ok(()),
        };
        drop(ended_to.send(done));
        Ok(())
    });
    let code = process.run(signals).await;
    match ended.await {
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(())) | Err(_) => Ok(code),
    }
}

/// From now on the end of the parent is a SIGTERM here. A parent that was gone before that is noticed, too.
fn end_with(parent: i32) -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::TERM)).map_err(std::io::Error::from)?;
    if getppid().map(Pid::as_raw_nonzero).is_some_and(|pid| pid.get() == parent) {
        Ok(())
    } else {
        Err(Failure::new(ExitCode::Usage, format!("expected the parent's number, got {parent}")))
    }
}

/// What the flags say stands above the settings.
fn as_told(up: &Up, mut settings: Settings, dev_kafka: Option<&DevKafka>) -> Settings {
    if let Ok(roles) = Roles::try_from(up.roles.clone()) {
        settings.roles = roles;
    }
    settings.ingest.sources.extend(dev_kafka.map(DevKafka::source));
    settings
}

async fn listen(site: &Site, process: &mut Process, dev_kafka: Option<&DevKafka>) -> Result<Door, Failure> {
    let listener = Listener::bind(&site.settings.server).await?;
    say(format_args!("signalbox {} listens on http://{}", wiring::VERSION, listener.address()))?;
    say(format_args!("  store: {}", site.settings.store.url))?;
    say(format_args!("  roles: {}", site.settings.roles))?;
    if let Some(dev_kafka) = dev_kafka {
        dev_kafka.announce()?;
    }
    say(format_args!("  health: /healthz, /readyz, /metrics; stop with Ctrl-C"))?;
    let store = site.health.register("store");
    let door = Door { front: Front::default(), address: listener.address(), store };
    let routes = door.front.routes(site.health.clone(), site.metrics.clone());
    process.start("http", |stop| async move {
        let turn = async move { stop.turn().await };
        listener.serve(routes, turn).await.map_err(|error| ServiceFailure::new(ExitCode::Failure, error))
    });
    Ok(door)
}
