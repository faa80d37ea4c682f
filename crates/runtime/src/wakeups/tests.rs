//! Tests of wake-ups within a process and, over a bridge that breaks on demand, between processes.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{broadcast, watch};

use super::*;
use crate::{BackoffConfig, ManualClock, Randomness, Shutdown, Stop, StopReason, Tasks, Timestamp};

const SIGNALS: Channel = Channel::new("signals");
const TASKS: Channel = Channel::new("tasks");
const LONG: Duration = Duration::from_secs(30);

fn wakeups() -> (Wakeups, ManualClock) {
    let (clock, hand) = Clock::manual("2026-11-21T08:30:00Z".parse().unwrap());
    (Wakeups::new(clock), hand)
}

#[tokio::test]
async fn many_wake_ups_are_one_and_none_is_lost() {
    let (wakeups, hand) = wakeups();
    let signals = wakeups.subscribe(&[SIGNALS]);
    wakeups.wake(SIGNALS);
    wakeups.wake(SIGNALS);
    assert_eq!(signals.wait(LONG).await, Woken::ByChannel, "one that came before the wait counts");
    let (woken, ()) = tokio::join!(signals.wait(LONG), hand.advance(LONG));
    assert_eq!(woken, Woken::ByTime, "two before the look were one");
}

#[tokio::test]
async fn without_any_wake_up_the_wait_ends_by_time() {
    let (wakeups, hand) = wakeups();
    let signals = wakeups.subscribe(&[SIGNALS]);
    wakeups.wake(TASKS);
    let (woken, ()) = tokio::join!(signals.wait(LONG), hand.advance(LONG));
    assert_eq!(woken, Woken::ByTime, "another channel does not wake");
}

#[tokio::test]
async fn every_subscription_of_a_channel_is_woken_and_one_may_have_several() {
    let (wakeups, _hand) = wakeups();
    let (one, both) = (wakeups.subscribe(&[SIGNALS]), wakeups.subscribe(&[SIGNALS, TASKS]));
    wakeups.wake(SIGNALS);
    assert_eq!((one.wait(LONG).await, both.wait(LONG).await), (Woken::ByChannel, Woken::ByChannel));
    wakeups.wake(TASKS);
    assert_eq!(both.wait(LONG).await, Woken::ByChannel);
}

#[tokio::test]
async fn subscriptions_that_are_gone_are_forgotten() {
    let (wakeups, _hand) = wakeups();
    for _ in 0..100 {
        drop(wakeups.subscribe(&[SIGNALS]));
    }
    assert!(wakeups.board.listeners()[&SIGNALS].len() <= 2);
}

#[tokio::test]
async fn nothing_is_kept_for_sending_without_a_bridge() {
    let (wakeups, _hand) = wakeups();
    wakeups.wake(SIGNALS);
    assert!(wakeups.board.outgoing().channels.is_empty());
}

/// A server that carries messages between bridges, and can be down.
#[derive(Clone)]
struct Server {
    messages: broadcast::Sender<Vec<String>>,
    up: watch::Sender<bool>,
    connects: Arc<AtomicUsize>,
}

#[derive(Debug, thiserror::Error)]
#[error("the server is down")]
struct Down;

struct Session {
    server: Server,
    inbox: broadcast::Receiver<Vec<String>>,
}

impl Server {
    fn new() -> Self {
        let (messages, _) = broadcast::channel(64);
        Self { messages, up: watch::Sender::new(true), connects: Arc::default() }
    }

    fn is_up(&self) -> Result<(), Down> {
        if *self.up.borrow() { Ok(()) } else { Err(Down) }
    }
}

impl WakeupBridge for Server {
    type Error = Down;
    type Session = Session;

    async fn connect(&mut self) -> Result<Session, Down> {
        self.connects.fetch_add(1, Ordering::SeqCst);
        self.is_up()?;
        Ok(Session { server: self.clone(), inbox: self.messages.subscribe() })
    }
}

impl BridgeSession for Session {
    type Error = Down;

    async fn send(&mut self, channels: &[Channel]) -> Result<(), Down> {
        self.server.is_up()?;
        let names = channels.iter().map(|channel| channel.name().to_owned()).collect();
        self.server.messages.send(names).map(drop).map_err(|_| Down)
    }

    async fn receive(&mut self) -> Result<Vec<String>, Down> {
        let mut up = self.server.up.subscribe();
        tokio::select! {
            message = self.inbox.recv() => message.map_err(|_| Down),
            _ = up.wait_for(|up| !up) => Err(Down),
        }
    }
}

/// One process with a bridge to `server`.
struct Peer {
    wakeups: Wakeups,
    status: watch::Receiver<BridgeStatus>,
    shutdown: Shutdown,
    tasks: Tasks,
}

fn peer(clock: &Clock, server: &Server) -> Peer {
    let (shutdown, wakeups) = (Shutdown::new(), Wakeups::new(clock.clone()));
    let tasks = Tasks::new(shutdown.clone());
    let (status_to, status) = watch::channel(BridgeStatus::default());
    let backoff = BackoffConfig { initial: Duration::from_secs(1), cap: Duration::from_secs(8) };
    let config = BridgeConfig { debounce: Duration::from_millis(50), backoff };
    let (randomness, stop) = (Randomness::seeded(1), Stop::from(shutdown.clone()));
    tasks.spawn("bridge", run_bridge(config, wakeups.clone(), server.clone(), randomness, status_to, stop));
    Peer { wakeups, status, shutdown, tasks }
}

async fn connected(peer: &mut Peer) {
    peer.status.wait_for(|status| matches!(status, BridgeStatus::Connected { .. })).await.unwrap();
}

#[tokio::test]
async fn a_bridge_wakes_other_processes_and_sends_rarely() {
    let (clock, hand) = Clock::manual(Timestamp::EPOCH);
    let server = Server::new();
    let (mut here, mut there) = (peer(&clock, &server), peer(&clock, &server));
    connected(&mut here).await;
    connected(&mut there).await;
    let mut overheard = server.messages.subscribe();
    let signals = there.wakeups.subscribe(&[SIGNALS]);
    for _ in 0..1_000 {
        here.wakeups.wake(SIGNALS);
        here.wakeups.wake(TASKS);
    }
    assert_eq!(signals.wait(LONG).await, Woken::ByChannel, "the first message leaves at once");
    here.wakeups.wake(TASKS);
    here.wakeups.wake(SIGNALS);
    hand.advance(Duration::from_millis(50)).await;
    let mut messages = Vec::new();
    while let Ok(message) = overheard.try_recv() {
        messages.push(message);
    }
    assert_eq!(messages, [["signals", "tasks"], ["signals", "tasks"]], "two messages for 2,002 wake-ups");
}

#[tokio::test]
async fn what_comes_in_is_not_sent_on() {
    let (clock, hand) = Clock::manual(Timestamp::EPOCH);
    let server = Server::new();
    let mut there = peer(&clock, &server);
    connected(&mut there).await;
    let signals = there.wakeups.subscribe(&[SIGNALS]);
    let mut overheard = server.messages.subscribe();
    server.messages.send(vec!["unheard_of".to_owned(), "signals".to_owned()]).unwrap();
    assert_eq!(signals.wait(LONG).await, Woken::ByChannel);
    hand.advance(Duration::from_secs(1)).await;
    assert_eq!(overheard.try_recv().unwrap().len(), 2, "the message itself");
    assert!(overheard.try_recv().is_err(), "and no other");
}

#[tokio::test]
async fn a_broken_bridge_comes_back_by_back_off_and_wakes_everybody() {
    let (clock, hand) = Clock::manual(Timestamp::EPOCH);
    let server = Server::new();
    let mut here = peer(&clock, &server);
    connected(&mut here).await;
    let tasks = here.wakeups.subscribe(&[TASKS]);
    hand.advance(Duration::from_secs(60)).await;
    server.up.send_replace(false);
    let down =
        here.status.wait_for(|status| matches!(status, BridgeStatus::Down { .. })).await.unwrap().clone();
    let since = Timestamp::EPOCH.plus(Duration::from_secs(60));
    assert_eq!(down, BridgeStatus::Down { since, reason: "the server is down".to_owned() });
    hand.advance(Duration::from_secs(80)).await;
    let tries = server.connects.load(Ordering::SeqCst);
    assert!((11..60).contains(&tries), "at least every 8 s, and not in a storm: {tries}");
    here.wakeups.wake(SIGNALS);
    let mut overheard = server.messages.subscribe();
    server.up.send_replace(true);
    hand.advance(Duration::from_secs(8)).await;
    assert_eq!(tasks.wait(LONG).await, Woken::ByChannel, "something may have been missed");
    assert_eq!(overheard.try_recv().unwrap(), ["signals"], "what waited while it was down leaves now");
}

#[tokio::test]
async fn a_bridge_ends_at_its_turn_and_keeps_nothing() {
    let (clock, _hand) = Clock::manual(Timestamp::EPOCH);
    let server = Server::new();
    let mut here = peer(&clock, &server);
    connected(&mut here).await;
    here.shutdown.stop(StopReason::Asked("test"));
    here.tasks.idle().await;
    here.wakeups.wake(SIGNALS);
    assert!(here.wakeups.board.outgoing().channels.is_empty());
}

#[tokio::test]
async fn a_look_answers_the_wake_ups_before_it_and_no_later_one() {
    let (wakeups, hand) = wakeups();
    let signals = wakeups.subscribe(&[SIGNALS]);
    wakeups.wake(SIGNALS);
    signals.forget_past();
    let (woken, ()) = tokio::join!(signals.wait(LONG), hand.advance(LONG));
    assert_eq!(woken, Woken::ByTime);
    signals.forget_past();
    wakeups.wake(SIGNALS);
    assert_eq!(signals.wait(LONG).await, Woken::ByChannel);
}
