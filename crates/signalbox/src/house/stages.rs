//! The stages, each driven by its period and by whoever wakes it; and the runner of this process.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use signalbox_automations::Automations;
use signalbox_control::Runs;
use signalbox_dispatcher::Dispatcher;
use signalbox_domain::ids::RunnerId;
use signalbox_domain::names::Label;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::run::Runner as RunnerRow;
use signalbox_domain::task::Mode;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{DeadLetters, HookIngest, IngestError, IngestSetup, Judge, KafkaIngest, Until};
use signalbox_llm::{SharpenConfig, Sharpeners};
use signalbox_planner::{Planner, Reader};
use signalbox_runner::{Runner, RunnerError, RunnerSetup};
use signalbox_runtime::{
    Channel, ExitCode, PassConfig, PassDriver, PassEnd, PassSetup, Quota, Stop, error_chain,
};
use signalbox_sandbox::Sandbox;
use signalbox_store::{Ledger, Store};

use super::computer::computer;
use super::port::InProcessPort;
use super::wakes::{DELIVERIES, OUTCOMES, RUNS, SIGNALS, TASKS};
use super::{House, Site};
use crate::fail::Failure;
use crate::settings::Role;

/// How often it is looked whether sessions and windows are over.
const JUDGE_PERIOD: Duration = Duration::from_secs(30);

/// How a pass is driven.
pub(super) struct Drive {
    pub(super) name: &'static str,
    pub(super) config: PassConfig,
    pub(super) woken_by: &'static [Channel],
}

pub(super) async fn drive<R, E, F, P>(house: &House, drive: Drive, pass: F, stop: Stop)
where
    R: Clone + Serialize + Send + Sync + 'static,
    E: Error + Send + Sync + 'static,
    F: FnMut(Timestamp) -> P + Send,
    P: Future<Output = Result<PassEnd<R>, E>> + Send,
{
    let setup = PassSetup {
        name: drive.name,
        config: drive.config,
        clock: house.base.clock.clone(),
        randomness: house.base.randomness.clone(),
        wakeups: house.wakeups.subscribe(drive.woken_by),
    };
    // A pass is a large future: on the heap it is moved as a pointer, and no thread's stack grows with it.
    let mut pass = pass;
    let pass = move |now| Box::pin(pass(now));
    PassDriver::new(setup, &house.metrics, pass).shown_on(&house.board).run(stop).await;
}

/// Every stage that this process has a role for, until the end.
pub(super) async fn run(house: &House, store: &Store, stop: Stop) {
    let working = async {
        tokio::join!(
            Box::pin(ingest(house, store, stop.clone())),
            Box::pin(hooked(house, store, stop.clone())),
            Box::pin(judging(house, store, stop.clone())),
            Box::pin(handing_on(house, store, stop.clone())),
            Box::pin(planning(house, store, stop.clone())),
            Box::pin(automating(house, store, stop.clone())),
            Box::pin(dispatching(house, store, stop.clone())),
            Box::pin(running(house, store, stop.clone())),
        )
    };
    let (ingested, hooked, judged, (), planned, automated, (), ran) = working.await;
    for failure in [ingested, hooked, judged, planned, automated, ran].into_iter().filter_map(Result::err) {
        tracing::error!("{}", failure.line());
    }
}

pub(super) fn ingest_setup(house: &House, store: &Store) -> IngestSetup {
    IngestSetup {
        store: store.clone(),
        redactor: house.redactor.clone(),
        keys: house.keys.clone(),
        ids: house.base.ids.clone(),
        clock: house.base.clock.clone(),
        randomness: house.base.randomness.clone(),
        wakeups: house.wakeups.clone(),
        tasks: house.tasks.clone(),
        limits: house.settings.ingest.limits.clone(),
        holds: house.settings.ingest.holds.clone(),
        metrics: house.ingest_metrics.clone(),
    }
}

pub(super) fn ingest_failure(error: &IngestError) -> Failure {
    let code = match error {
        error if error.is_unreachable() => ExitCode::Unreachable,
        error if error.is_settings() => ExitCode::BadConfig,
        _ => ExitCode::Failure,
    };
    Failure::new(code, error_chain(error))
}

/// Each source on a task of its own: one that cannot go on stops the process, and says why.
async fn ingest(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !house.has(Role::Ingest) {
        return Ok(());
    }
    let config = &house.settings.ingest;
    let mut reading = Vec::new();
    for source in &config.sources {
        let ingest = KafkaIngest::new(source.clone(), config, ingest_setup(house, store));
        let (house, stop, name) = (house.clone(), stop.clone(), format!("source {}", source.name));
        let health = house.health.register(name.clone());
        house.show(&name, ingest.status().watch());
        reading.push(house.tasks.clone().spawn(name, async move {
            let ended = ingest.run(Until::Stopped, health, stop).await;
            if let Err(error) = &ended {
                house.fail(&ingest_failure(error));
            }
        }));
    }
    for source in reading {
        source.await.map_err(|end| Failure::new(ExitCode::Panicked, error_chain(&end)))?;
    }
    Ok(())
}

/// Webhooks that came, whichever process took them.
async fn hooked(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !house.has(Role::Ingest) {
        return Ok(());
    }
    let hooks = HookIngest::new(&house.settings.ingest, ingest_setup(house, store));
    let house = house.clone();
    // A task of its own: what it holds while it folds is more than the house's own future should.
    let reading = house.tasks.clone().spawn("hooks", async move {
        let how = Drive { name: "hooks", config: PassConfig::default(), woken_by: &[DELIVERIES] };
        drive(&house, how, |now| hooks.pass(now), stop).await;
    });
    reading.await.map_err(|end| Failure::new(ExitCode::Panicked, error_chain(&end)))
}

/// Sessions and windows that are over, whichever process gathered them.
async fn judging(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !house.has(Role::Ingest) {
        return Ok(());
    }
    let judge = Judge::new(&house.settings.ingest, ingest_setup(house, store));
    let house = house.clone();
    let judging = house.tasks.clone().spawn("gathered", async move {
        let config = PassConfig { period: JUDGE_PERIOD, ..PassConfig::default() };
        let how = Drive { name: "gathered", config, woken_by: &[] };
        drive(&house, how, |now| judge.pass(now), stop).await;
    });
    judging.await.map_err(|end| Failure::new(ExitCode::Panicked, error_chain(&end)))
}

/// What sources could not read, to the topics that they have for such.
async fn handing_on(house: &House, store: &Store, stop: Stop) {
    if !house.has(Role::Ingest) {
        return;
    }
    let Some(letters) = DeadLetters::of(&house.settings.ingest, &ingest_setup(house, store)) else { return };
    let how = Drive { name: "dead_letters", config: PassConfig::default(), woken_by: &[SIGNALS] };
    drive(house, how, |now| letters.pass(now), stop).await;
}

pub(super) fn planner(house: &House, store: &Store) -> Result<Planner<Arc<Sharpeners<Ledger>>>, Failure> {
    let config = &house.settings.planner;
    let sharpeners = sharpeners(house, store, &config.sharpen)?;
    Ok(unsharpened(house, store).sharpened_by(Arc::new(sharpeners)))
}

/// The same without anybody to ask.
pub(super) fn unsharpened(house: &House, store: &Store) -> Planner {
    let (base, config) = (&house.base, &house.settings.planner);
    let reader = Reader::new(&config.code, base.clock.clone());
    Planner::new(store.clone(), base.ids.clone(), config.clone()).reading(reader)
}

/// Whoever is asked where likeness is in doubt; without settings nobody is. All processes share one budget.
fn sharpeners(house: &House, store: &Store, config: &SharpenConfig) -> Result<Sharpeners<Ledger>, Failure> {
    let bad = |error: &(dyn Error + 'static)| {
        Failure::new(ExitCode::BadConfig, format!("planner.sharpen: {}", error_chain(error)))
    };
    // A literal that is a label.
    #[expect(clippy::expect_used, reason = "a literal of letters and a stroke")]
    let name = "planner/questions".parse().expect("the literal is a label");
    let limit = QuotaLimit { name, units: config.questions.get(), window: config.questions_window };
    let (clock, ledger) = (house.base.clock.clone(), store.ledger(limit));
    let budget =
        Quota::new("planner/questions", "questions", config.budget.clone(), clock, &house.metrics, ledger);
    let budget = budget.map_err(|error| bad(&error))?;
    Sharpeners::new(config, budget, &house.base.clock).map_err(|error| bad(&error))
}

async fn planning(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !house.has(Role::Planner) {
        return Ok(());
    }
    let planner = planner(house, store).inspect_err(|failure| house.fail(failure))?;
    let pass = |now| {
        let (planner, wakeups) = (planner.clone(), house.wakeups.clone());
        async move {
            let end = planner.pass(now).await;
            if end.as_ref().is_ok_and(|end| end.report.tasks > 0) {
                wakeups.wake(TASKS);
            }
            end
        }
    };
    let config = house.settings.planner.pass.clone();
    drive(house, Drive { name: "planner", config, woken_by: &[SIGNALS, OUTCOMES] }, pass, stop).await;
    Ok(())
}

pub(super) fn automations(house: &House, store: &Store) -> Result<Automations, Failure> {
    let settings = &house.settings;
    let policy = settings.planner.policy.clone();
    Automations::new(store.clone(), house.base.ids.clone(), settings.automations.clone(), policy)
        .map_err(|error| Failure::new(ExitCode::BadConfig, error_chain(&error)))
}

async fn automating(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !house.has(Role::Automations) {
        return Ok(());
    }
    let automations = automations(house, store).inspect_err(|failure| house.fail(failure))?;
    let pass = |now| {
        let (automations, wakeups) = (automations.clone(), house.wakeups.clone());
        async move {
            let end = automations.pass(now).await;
            if end.as_ref().is_ok_and(|end| end.report.succeeded > 0) {
                wakeups.wake(TASKS);
            }
            end
        }
    };
    let config = house.settings.automations.pass.clone();
    drive(house, Drive { name: "automations", config, woken_by: &[] }, pass, stop).await;
    Ok(())
}

pub(super) fn dispatcher(house: &House, store: &Store) -> Dispatcher {
    let agents: Vec<Label> = house.settings.agents.keys().cloned().collect();
    Dispatcher::new(store.clone(), house.base.ids.clone(), house.settings.dispatcher.clone(), agents)
}

async fn dispatching(house: &House, store: &Store, stop: Stop) {
    if !house.has(Role::Dispatcher) {
        return;
    }
    let dispatcher = dispatcher(house, store);
    let pass = |now| {
        let (dispatcher, wakeups) = (dispatcher.clone(), house.wakeups.clone());
        async move {
            let end = dispatcher.pass(now).await;
            if end.as_ref().is_ok_and(|end| end.report.started > 0 || end.report.rescued > 0) {
                wakeups.wake(RUNS);
            }
            if end.as_ref().is_ok_and(|end| end.report.ended > 0) {
                wakeups.wake(OUTCOMES);
            }
            end
        }
    };
    let config = house.settings.dispatcher.pass.clone();
    drive(house, Drive { name: "dispatcher", config, woken_by: &[TASKS, OUTCOMES] }, pass, stop).await;
}

/// Runs as every runner sees them, inside this process or over HTTP.
pub(super) fn runs(house: &House, store: &Store) -> Runs {
    let agents = &house.settings.agents;
    let agents = agents.iter().map(|(name, agent)| (name.clone(), agent.agent())).collect();
    let (clock, ids) = (house.base.clock.clone(), house.base.ids.clone());
    Runs::new(store.clone(), clock, ids, agents, house.settings.dispatcher.retry, house.wakeups.clone())
}

/// Without an agent nothing is ever leased; a task says so by its own decision.
fn has_runner(site: &Site) -> bool {
    site.has(Role::Runner) && !site.settings.agents.is_empty()
}

/// Refuses cloud runs that nothing would isolate, before anybody is told where to find this process.
pub(crate) async fn see_isolation(site: &Site) -> Result<(), Failure> {
    let config = &site.settings.runner;
    if has_runner(site) && config.modes.contains(&Mode::Cloud) {
        let probed = Sandbox::probe(config.sandbox.clone(), &site.base.clock).await;
        probed.map_err(RunnerError::from)?;
    }
    Ok(())
}

async fn running(house: &House, store: &Store, stop: Stop) -> Result<(), Failure> {
    if !has_runner(house) {
        return Ok(());
    }
    let runner = runner(house, store).await.inspect_err(|failure| house.fail(failure))?;
    let (work, status) = runner.start(&house.metrics, house.wakeups.subscribe(&[RUNS]), stop);
    house.show("runner", status);
    work.await;
    Ok(())
}

async fn runner(house: &House, store: &Store) -> Result<Runner<InProcessPort>, Failure> {
    let config = house.settings.runner.clone();
    let bad = |line: String| Failure::new(ExitCode::BadConfig, line);
    let computer =
        computer(&config.root, &house.base.randomness).map_err(|error| bad(error_chain(&error)))?;
    let row = RunnerRow {
        id: house.base.ids.next::<RunnerId>(),
        name: computer.clone(),
        computer,
        modes: config.modes.clone(),
        slots: u32::try_from(config.lease.permits.get()).unwrap_or(u32::MAX),
        seen_at: house.base.clock.now(),
    };
    let setup = RunnerSetup {
        config,
        clock: house.base.clock.clone(),
        randomness: house.base.randomness.clone(),
        tasks: house.tasks.clone(),
        redact: (*house.redactor).clone(),
    };
    let port = InProcessPort::new(runs(house, store), row);
    Ok(Runner::new(setup, port).await?)
}
