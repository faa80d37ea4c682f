//! From nothing to a store that can be worked on: opened, its keys here, this computer's token written. What is away is
//! waited for, saying so each time; what will not change by waiting ends the process with its one line.

use std::sync::Arc;
use std::time::Duration;

use signalbox_runtime::{
    Backoff, BackoffConfig, Condition, HealthReporter, SealingKeys, ServiceFailure, Stop,
};
use signalbox_store::Store;

use super::{Site, token_file};
use crate::fail::{Failure, Passing};
use crate::sealing;

/// A backup or a shell may lock SQLite for as long as this; beyond it somebody should be told.
const LONGEST_LOCK: Duration = Duration::from_secs(30);

/// None when the process was asked to stop meanwhile.
pub(super) async fn patiently(
    site: &Site,
    health: &HealthReporter,
    stop: &Stop,
) -> Result<Option<(Store, Arc<SealingKeys>)>, ServiceFailure> {
    tokio::select! {
        ready = trying(site, health) => {
            ready.map(Some).map_err(|failure| ServiceFailure::new(failure.code, failure.line().to_owned()))
        }
        () = stop.stop_taking() => Ok(None),
    }
}

async fn trying(site: &Site, health: &HealthReporter) -> Result<(Store, Arc<SealingKeys>), Failure> {
    let mut backoff = Backoff::new(BackoffConfig::default(), site.base.randomness.clone());
    let begun = site.base.clock.boot();
    loop {
        let failure = match attempt(site).await {
            Ok(ready) => return Ok(ready),
            Err(failure) => failure,
        };
        let is_waited_for = match failure.passing() {
            Passing::Away => true,
            Passing::Locked => site.base.clock.boot().since(begun) < LONGEST_LOCK,
            Passing::Not => false,
        };
        if !is_waited_for {
            return Err(failure);
        }
        let wait = backoff.next_wait();
        tracing::warn!(error = failure.line(), ?wait, "the store cannot be used yet; trying again");
        health.report(Condition::Unavailable(failure.line().to_owned()));
        site.base.clock.sleep(wait).await;
    }
}

async fn attempt(site: &Site) -> Result<(Store, Arc<SealingKeys>), Failure> {
    let store = Store::open(&site.settings.store).await?;
    let ready = async {
        let keys = sealing::keys(&store, &site.settings, &site.base).await?;
        token_file::ensure(&site.settings, &site.access(&store)).await?;
        Ok(keys)
    };
    match ready.await {
        Ok(keys) => Ok((store, keys)),
        Err(failure) => {
            store.close().await;
            Err(failure)
        }
    }
}
