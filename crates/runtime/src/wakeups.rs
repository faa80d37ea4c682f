//! Wake-ups: "look again", without any data.
//!
//! A wake-up names a channel and nothing else; whoever is woken rereads the store. Many wake-ups before the next look are
//! one. With all of them removed the system is slower and otherwise the same, because every wait has a longest time.
//!
//! ```text
//! wake ─┬─▶ subscriptions of this process
//!       └─▶ outgoing ─▶ Debounce ─▶ bridge (LISTEN/NOTIFY) ─▶ other processes ─▶ wake_local
//! ```
//!
//! Stages call [`Wakeups::wake`] after their commit; the pass and lease drivers wait; the store writes the bridge.

mod bridge;
mod debounce;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;

pub use bridge::{BridgeConfig, BridgeSession, BridgeStatus, WakeupBridge, run_bridge};
pub use debounce::{Debounce, Due};

use crate::Clock;

/// What a wake-up is about. Its owner defines it as a constant; the set is small and fixed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(&'static str);

impl Channel {
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Channel({})", self.0)
    }
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    ByChannel,
    ByTime,
}

/// What became of a wake-up from another process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    Known(Channel),
    /// Nobody here waits on a channel of that name.
    Unknown,
}

/// Hands wake-ups out. Clones are the same.
#[derive(Debug, Clone)]
pub struct Wakeups {
    clock: Clock,
    board: Arc<Board>,
}

#[derive(Debug, Default)]
struct Board {
    listeners: Mutex<BTreeMap<Channel, Vec<Weak<Notify>>>>,
    outgoing: Mutex<Outgoing>,
    outgoing_changed: Notify,
}

#[derive(Debug, Default)]
struct Outgoing {
    bridges: usize,
    channels: BTreeSet<Channel>,
}

/// Waits on one or more channels.
#[derive(Debug)]
pub struct Subscription {
    clock: Clock,
    notify: Arc<Notify>,
}

impl Wakeups {
    pub fn new(clock: Clock) -> Self {
        Self { clock, board: Arc::default() }
    }

    /// Waits on any of `channels` from now on.
    pub fn subscribe(&self, channels: &[Channel]) -> Subscription {
        let notify = Arc::new(Notify::new());
        let mut listeners = self.board.listeners();
        for channel in channels {
            let waiting = listeners.entry(*channel).or_default();
            waiting.retain(|one| one.strong_count() > 0);
            waiting.push(Arc::downgrade(&notify));
        }
        Subscription { clock: self.clock.clone(), notify }
    }

    /// Something about `channel` was committed: wakes this process and, by the bridge, the others.
    pub fn wake(&self, channel: Channel) {
        self.wake_local(channel);
        let newly = {
            let mut outgoing = self.board.outgoing();
            outgoing.bridges > 0 && outgoing.channels.insert(channel)
        };
        if newly {
            self.board.outgoing_changed.notify_one();
        }
    }

    /// Wakes this process only: what came from another is not sent on.
    pub fn wake_local(&self, channel: Channel) {
        let listeners = self.board.listeners();
        for notify in listeners.get(&channel).into_iter().flatten().filter_map(Weak::upgrade) {
            notify.notify_one();
        }
    }

    /// A wake-up from another process, by the name of its channel.
    pub fn wake_by_name(&self, name: &str) -> Incoming {
        let known = self.board.listeners().keys().find(|channel| channel.0 == name).copied();
        known.map_or(Incoming::Unknown, |channel| {
            self.wake_local(channel);
            Incoming::Known(channel)
        })
    }

    /// Wake-ups may have been missed: everybody looks again.
    pub fn wake_all_local(&self) {
        let channels: Vec<Channel> = self.board.listeners().keys().copied().collect();
        for channel in channels {
            self.wake_local(channel);
        }
    }
}

impl Board {
    // Both maps are changed by single insertions, so a panic elsewhere leaves valid ones.
    fn listeners(&self) -> MutexGuard<'_, BTreeMap<Channel, Vec<Weak<Notify>>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// Waits for a wake-up, but at most `longest`. One that came since the last wait counts.
    pub async fn wait(&self, longest: Duration) -> Woken {
        match self.clock.timeout(longest, self.notify.notified()).await {
            Ok(()) => Woken::ByChannel,
            Err(_) => Woken::ByTime,
        }
    }

    /// Forgets a wake-up that came before now: the caller is about to look anyway.
    pub fn forget_past(&self) {
        let notified = self.notify.notified();
        tokio::pin!(notified);
        // Enabling takes the stored wake-up; one that comes later is handed on when this is dropped.
        if notified.as_mut().enable() {
            tracing::trace!("a wake-up was answered by the look that follows");
        }
    }
}
