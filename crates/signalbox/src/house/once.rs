//! One pass of everything, and an end: what cannot be reached ends it with its reason. Agents are not started: a run
//! needs somebody who stays.

use std::error::Error;
use std::future::Future;

use signalbox_control::Sweep;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{DeadLetters, Judge, KafkaIngest, Until};
use signalbox_runtime::{ExitCode, NextPass, PassEnd, Stop, error_chain};
use signalbox_store::{Store, StoreError};

use super::{House, Site, stages};
use crate::fail::{Failure, store_code};
use crate::sealing;
use crate::settings::Role;

pub(crate) async fn once(site: Site) -> Result<(), Failure> {
    let store = Store::open(&site.settings.store).await?;
    let keys = sealing::keys(&store, &site.settings, &site.base).await?;
    let done = passes(&House { site, keys }, &store).await;
    store.close().await;
    done
}

async fn passes(house: &House, store: &Store) -> Result<(), Failure> {
    if house.has(Role::Ingest) {
        read_what_is_there(house, store).await?;
        let judge = Judge::new(&house.settings.ingest, stages::ingest_setup(house, store));
        to_the_end(house, |now| judge.pass(now)).await?;
        if let Some(letters) = DeadLetters::of(&house.settings.ingest, &stages::ingest_setup(house, store)) {
            to_the_end(house, |now| letters.pass(now)).await?;
        }
    }
    if house.has(Role::Automations) {
        let automations = stages::automations(house, store)?;
        to_the_end(house, |now| automations.pass(now)).await?;
    }
    if house.has(Role::Planner) {
        let planner = stages::planner(house, store)?;
        to_the_end(house, |now| planner.pass(now)).await?;
    }
    if house.has(Role::Dispatcher) {
        let dispatcher = stages::dispatcher(house, store);
        to_the_end(house, |now| dispatcher.pass(now)).await?;
    }
    if house.has(Role::Sweep) {
        let sweep = Sweep::new(store.clone(), house.settings.retention.clone());
        to_the_end(house, |now| sweep.pass(now)).await?;
    }
    Ok(())
}

async fn read_what_is_there(house: &House, store: &Store) -> Result<(), Failure> {
    let config = &house.settings.ingest;
    for source in &config.sources {
        let ingest = KafkaIngest::new(source.clone(), config, stages::ingest_setup(house, store));
        let status = ingest.status();
        let health = house.health.register(format!("source {}", source.name));
        let stop = Stop::from(house.shutdown.clone());
        let ended = ingest.run(Until::CaughtUp, health, stop).await;
        ended.map_err(|error| stages::ingest_failure(&error))?;
        tracing::info!(source = %source.name, counts = ?status.counts(), "read");
    }
    Ok(())
}

/// The documented code of the store's trouble, however deep in a stage's error it lies.
fn code_of(error: &(dyn Error + 'static)) -> ExitCode {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(store) = error.downcast_ref::<StoreError>() {
            return store_code(store);
        }
        cause = error.source();
    }
    ExitCode::Failure
}

/// Passes until none asks for another at once.
async fn to_the_end<R, E, P>(house: &House, pass: impl Fn(Timestamp) -> P) -> Result<(), Failure>
where
    R: std::fmt::Debug,
    E: Error + 'static,
    P: Future<Output = Result<PassEnd<R>, E>>,
{
    loop {
        let done = pass(house.base.clock.now()).await;
        let end = done.map_err(|error| Failure::new(code_of(&error), error_chain(&error)))?;
        tracing::info!(report = ?end.report, "passed");
        if end.next != NextPass::AtOnce {
            return Ok(());
        }
    }
}
