//! The API over a database that a command holds by itself: no stage runs, nobody is woken.

use std::sync::Arc;

use signalbox_runtime::{Health, SealingKeys, Shutdown, StatusBoard, Tasks, Wakeups};
use signalbox_server::Api;
use signalbox_store::Store;

use super::{House, Site, faces};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::wiring::{self, Base};

pub(crate) fn in_process(
    settings: Settings,
    base: Base,
    keys: Arc<SealingKeys>,
    store: &Store,
) -> Result<Api, Failure> {
    let shutdown = Shutdown::new();
    let metrics = wiring::metrics()?;
    let site = Site {
        ingest_metrics: wiring::ingest_metrics(&metrics)?,
        redactor: wiring::redactor(&settings)?,
        metrics,
        health: Health::default(),
        board: StatusBoard::default(),
        wakeups: Wakeups::new(base.clock.clone()),
        tasks: Tasks::new(shutdown.clone()),
        shutdown,
        settings,
        base,
    };
    let house = House { site, keys };
    let base = match &house.settings.server.public_url {
        Some(public) => public.to_string(),
        None => format!("http://{}", house.settings.server.listen),
    };
    Ok(faces::api(&house, store, faces::sign_in(&house, store), base))
}
