//! Carries wake-ups to and from other processes over a connection of its own.
//!
//! The store implements [`WakeupBridge`] (LISTEN/NOTIFY); this file holds what any such bridge needs: debounced sending,
//! reconnecting by back-off, and waking everybody after a connection was made, because what was sent in between is
//! lost. It must never carry data, and nothing may rely on it: while it is down the waits just last longer.

use std::error::Error;
use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Channel, Debounce, Due, Incoming, Wakeups};
use crate::{Backoff, BackoffConfig, Clock, Randomness, Stop, Timestamp, error_chain};

/// Makes the connections of a bridge.
pub trait WakeupBridge: Send + 'static {
    type Error: Error + Send + Sync + 'static;
    type Session: BridgeSession<Error = Self::Error>;

    /// Connects and listens: from its return on no wake-up is missed until the session fails.
    fn connect(&mut self) -> impl Future<Output = Result<Self::Session, Self::Error>> + Send;
}

/// One connection of a bridge.
pub trait BridgeSession: Send {
    type Error;

    /// Sends one message that names `channels`. It may come back to this process as well.
    fn send(&mut self, channels: &[Channel]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// The names of the channels in the next message. Must lose nothing when it is dropped half-way.
    fn receive(&mut self) -> impl Future<Output = Result<Vec<String>, Self::Error>> + Send;
}

/// The knobs of a bridge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BridgeConfig {
    /// At most one message leaves in this time.
    #[serde(with = "crate::duration")]
    pub debounce: Duration,
    pub backoff: BackoffConfig,
}

impl Default for BridgeConfig {
    fn default() -> Self {
        Self { debounce: Duration::from_millis(50), backoff: BackoffConfig::default() }
    }
}

/// How a bridge is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BridgeStatus {
    #[default]
    Connecting,
    Connected {
        since: Timestamp,
    },
    /// Wake-ups from other processes are missed; waits last longer.
    Down {
        since: Timestamp,
        reason: String,
    },
}

/// Runs a bridge until its turn to end comes.
pub async fn run_bridge<B: WakeupBridge>(
    config: BridgeConfig,
    wakeups: Wakeups,
    mut bridge: B,
    randomness: Randomness,
    status: watch::Sender<BridgeStatus>,
    stop: Stop,
) {
    let clock = wakeups.clock.clone();
    let mut debounce = Debounce::new(config.debounce);
    let mut backoff = Backoff::new(config.backoff, randomness);
    let _attached = Attached::new(&wakeups);
    let work = async {
        loop {
            let error = serve(&wakeups, &mut bridge, &mut debounce, &mut backoff, &status).await;
            let reason = error_chain(&error);
            let wait = backoff.next_wait();
            tracing::warn!(reason, ?wait, "the bridge for wake-ups is down");
            status.send_replace(BridgeStatus::Down { since: clock.now(), reason });
            clock.sleep(wait).await;
        }
    };
    tokio::select! {
        biased;
        () = stop.turn() => tracing::debug!("the bridge for wake-ups ends"),
        () = work => {}
    }
}

/// Serves one connection until it fails, and says why it did.
async fn serve<B: WakeupBridge>(
    wakeups: &Wakeups,
    bridge: &mut B,
    debounce: &mut Debounce,
    backoff: &mut Backoff,
    status: &watch::Sender<BridgeStatus>,
) -> B::Error {
    let mut session = match bridge.connect().await {
        Ok(session) => session,
        Err(error) => return error,
    };
    let connected = wakeups.clock.boot();
    status.send_replace(BridgeStatus::Connected { since: wakeups.clock.now() });
    wakeups.wake_all_local();
    let error = loop {
        if let Err(error) = step(wakeups, &mut session, debounce).await {
            break error;
        }
    };
    // A connection that breaks as soon as it is made is no recovery.
    if wakeups.clock.boot().since(connected) > backoff.ceiling() {
        backoff.reset();
    }
    error
}

async fn step<S: BridgeSession>(
    wakeups: &Wakeups,
    session: &mut S,
    debounce: &mut Debounce,
) -> Result<(), S::Error> {
    debounce.add(std::mem::take(&mut wakeups.board.outgoing().channels));
    if let Some(channels) = debounce.ready(wakeups.clock.boot()) {
        session.send(&channels).await?;
        debounce.sent(&channels, wakeups.clock.boot());
        return Ok(());
    }
    tokio::select! {
        names = session.receive() => take_in(wakeups, &names?),
        () = wakeups.board.outgoing_changed.notified() => {}
        () = wait_for(&wakeups.clock, debounce.due()) => {}
    }
    Ok(())
}

async fn wait_for(clock: &Clock, due: Due) {
    match due {
        Due::Nothing => std::future::pending().await,
        Due::At(moment) => clock.sleep_until_boot(moment).await,
    }
}

fn take_in(wakeups: &Wakeups, names: &[String]) {
    for name in names {
        if wakeups.wake_by_name(name) == Incoming::Unknown {
            tracing::trace!(channel = name, "nobody here waits on this channel");
        }
    }
}

/// Wake-ups are kept for sending only while a bridge is there to send them.
struct Attached<'a> {
    wakeups: &'a Wakeups,
}

impl<'a> Attached<'a> {
    fn new(wakeups: &'a Wakeups) -> Self {
        wakeups.board.outgoing().bridges += 1;
        Self { wakeups }
    }
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        let mut outgoing = self.wakeups.board.outgoing();
        outgoing.bridges -= 1;
        if outgoing.bridges == 0 {
            outgoing.channels.clear();
        }
    }
}
