//! A clock moved by hand, for tests of anything that waits.
//!
//! [`ManualClock::advance`] goes from sleeper to sleeper in the order of their deadlines and lets the tasks that it wakes
//! run in between, as real time would. [`ManualClock::jump`] moves at once: a machine that slept. The wall clock can be
//! set apart from the boot clock. Used by the tests of every crate; never by the running program.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

use super::BootTime;
use crate::Timestamp;

/// One yield lets every task that is ready run once on a current-thread runtime; a task that wakes another needs one
/// more. Chains longer than this need a predicate, such as [`ManualClock::sleepers_reach`].
const SETTLE_ROUNDS: usize = 32;

/// Sleepers in the order of their deadline, then of their arrival.
type Sleepers = BTreeMap<(BootTime, u64), oneshot::Sender<()>>;

#[derive(Debug)]
pub(super) struct ManualState {
    hands: Mutex<Hands>,
    changed: Notify,
}

#[derive(Debug)]
struct Hands {
    wall: Timestamp,
    boot: BootTime,
    arrivals: u64,
    sleepers: Sleepers,
}

/// Moves the [`crate::Clock`] that it was made with.
#[derive(Debug, Clone)]
pub struct ManualClock {
    state: Arc<ManualState>,
}

impl ManualClock {
    pub(super) const fn new(state: Arc<ManualState>) -> Self {
        Self { state }
    }

    /// Moves both clocks on by `span`, waking each sleeper at its own deadline and letting it run before the next.
    pub async fn advance(&self, span: Duration) {
        let target = self.state.boot().plus(span);
        settle().await;
        while let Some(deadline) = self.state.first_deadline().filter(|first| *first <= target) {
            self.state.move_to(deadline);
            settle().await;
        }
        self.state.move_to(target);
        settle().await;
    }

    /// Moves both clocks on by `span` at once, as a machine that slept: sleepers wake late and all together.
    pub fn jump(&self, span: Duration) {
        self.state.move_to(self.state.boot().plus(span));
    }

    /// Sets the wall clock, back or forth; the boot clock and the sleepers do not notice.
    pub fn set_wall(&self, wall: Timestamp) {
        self.state.hands().wall = wall;
    }

    /// How many waits are under way.
    pub fn sleepers(&self) -> usize {
        self.state.hands().sleepers.len()
    }

    /// Waits until `count` waits or more are under way: the code under test has come to rest.
    pub async fn sleepers_reach(&self, count: usize) {
        loop {
            let changed = self.state.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.sleepers() >= count {
                return;
            }
            changed.await;
        }
    }
}

impl ManualState {
    pub(super) fn new(start: Timestamp) -> Self {
        // A machine that has been up for a while: code that takes zero for "never" shows itself.
        let boot = BootTime::from_nanos(3_600_000_000_000);
        let hands = Hands { wall: start, boot, arrivals: 0, sleepers: BTreeMap::new() };
        Self { hands: Mutex::new(hands), changed: Notify::new() }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.hands().wall
    }

    pub(super) fn boot(&self) -> BootTime {
        self.hands().boot
    }

    pub(super) async fn sleep_until(&self, deadline: BootTime) {
        let Some((key, woken)) = self.fall_asleep(deadline) else { return };
        let _asleep = Asleep { state: self, key };
        self.changed.notify_waiters();
        // The sender is dropped only when it was sent on or together with the clock.
        if woken.await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        // The hands are valid after every single assignment, so a panic elsewhere leaves nothing half done.
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fall_asleep(&self, deadline: BootTime) -> Option<((BootTime, u64), oneshot::Receiver<()>)> {
        let mut hands = self.hands();
        if deadline <= hands.boot {
            return None;
        }
        let key = (deadline, hands.arrivals);
        hands.arrivals += 1;
        let (wake, woken) = oneshot::channel();
        hands.sleepers.insert(key, wake);
        Some((key, woken))
    }

    fn first_deadline(&self) -> Option<BootTime> {
        self.hands().sleepers.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    fn move_to(&self, boot: BootTime) {
        let mut hands = self.hands();
        hands.wall = hands.wall.plus(boot.since(hands.boot));
        hands.boot = hands.boot.max(boot);
        let still_asleep =
            hands.sleepers.split_off(&(BootTime::from_nanos(boot.nanos().saturating_add(1)), 0));
        let woken = std::mem::replace(&mut hands.sleepers, still_asleep);
        for wake in woken.into_values() {
            if wake.send(()).is_err() {
                tracing::trace!("a sleeper left while it was being woken");
            }
        }
    }
}

/// Takes a sleeper that is dropped before its time off the list.
struct Asleep<'a> {
    state: &'a ManualState,
    key: (BootTime, u64),
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.state.hands().sleepers.remove(&self.key);
    }
}

async fn settle() {
    for _ in 0..SETTLE_ROUNDS {
        tokio::task::yield_now().await;
    }
}
