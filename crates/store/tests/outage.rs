//! PostgreSQL killed under the store's feet: what was acknowledged is there, and the store goes on by itself.

use std::time::Duration;

use signalbox_domain::ids::ProjectId;
use signalbox_runtime::{
    BridgeConfig, BridgeStatus, Channel, Clock, Randomness, Shutdown, Stop, StopReason, Wakeups, Woken,
    run_bridge,
};
use signalbox_store::{Store, StoreConfig};
use signalbox_testkit::postgres::Server;
use signalbox_testkit::{Part, require};
use tokio::sync::watch;
use uuid::Uuid;

use crate::fixture::NOON;

async fn open(url: &str) -> Store {
    Store::open(&StoreConfig { url: url.parse().unwrap(), ..StoreConfig::default() }).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill_and_the_store_reconnects() {
    let Some(_) = require(Part::Postgres) else { return };
    let mut server = Server::start().unwrap();
    let database = server.database().unwrap();
    let url = database.url().to_owned();
    let store = open(&url).await;
    let project = |n: u128| ProjectId::from_uuid(Uuid::from_u128(n));
    for n in 0..50 {
        store.project_ensure(&format!("p{n}").parse().unwrap(), project(n), NOON).await.unwrap();
    }
    // A kill without a checkpoint: what comes back comes from the log.
    server.kill().unwrap();
    let error = store.projects_list().await.unwrap_err();
    assert!(error.is_passing(), "{error:?}");
    server.restart().unwrap();

    let mut left = 100;
    let projects = loop {
        match store.projects_list().await {
            Ok(projects) => break projects,
            Err(error) if error.is_passing() && left > 0 => left -= 1,
            Err(error) => panic!("the store did not come back: {error:?}"),
        }
    };
    assert_eq!(projects.len(), 50);
    store.project_ensure(&"after".parse().unwrap(), project(99), NOON).await.unwrap();
}

const CHANNEL: Channel = Channel::new("signals");

/// A process with wake-ups over the database, and how its bridge is.
fn process(store: &Store, seed: u64) -> (Wakeups, watch::Receiver<BridgeStatus>, Shutdown) {
    let wakeups = Wakeups::new(Clock::system());
    let (status, seen) = watch::channel(BridgeStatus::default());
    let shutdown = Shutdown::new();
    let bridge = store.wakeup_bridge().unwrap();
    let run = run_bridge(
        BridgeConfig::default(),
        wakeups.clone(),
        bridge,
        Randomness::seeded(seed),
        status,
        Stop::from(shutdown.clone()),
    );
    #[expect(clippy::disallowed_methods, reason = "the test's own runtime ends with the test")]
    tokio::spawn(run);
    (wakeups, seen, shutdown)
}

async fn connected(status: &mut watch::Receiver<BridgeStatus>) {
    status.wait_for(|status| matches!(status, BridgeStatus::Connected { .. })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wake_up_reaches_another_process_also_after_the_server_was_killed() {
    let Some(_) = require(Part::Postgres) else { return };
    let mut server = Server::start().unwrap();
    let database = server.database().unwrap();
    let (one, other) = (open(database.url()).await, open(database.url()).await);
    let (here, mut here_status, here_shutdown) = process(&one, 1);
    let (there, mut there_status, there_shutdown) = process(&other, 2);
    let waiting = there.subscribe(&[CHANNEL]);
    for round in 0..2 {
        connected(&mut here_status).await;
        connected(&mut there_status).await;
        // Connecting wakes everybody; only what comes after it is the test.
        waiting.forget_past();
        here.wake(CHANNEL);
        assert_eq!(waiting.wait(Duration::from_secs(20)).await, Woken::ByChannel, "round {round}");
        if round == 0 {
            server.kill().unwrap();
            here_status.wait_for(|status| matches!(status, BridgeStatus::Down { .. })).await.unwrap();
            there_status.wait_for(|status| matches!(status, BridgeStatus::Down { .. })).await.unwrap();
            server.restart().unwrap();
        }
    }
    here_shutdown.stop(StopReason::JobsDone);
    there_shutdown.stop(StopReason::JobsDone);
}
