//! The way from the polling thread to the pass: a bounded channel, and a word to the thread when there is room in it again.
//!
//! Whoever pauses partitions lets go of everything that was fetched ahead, so a thread that finds no room waits a moment for
//! it first.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::{TryRecvError, TrySendError};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::Event;

/// Taken events are counted, so that none is missed between a look and a wait.
#[derive(Debug, Default)]
struct Taken {
    events: Mutex<u64>,
    more: Condvar,
}

/// The thread's end.
#[derive(Debug)]
pub(crate) struct EventsTo {
    sender: Sender<Event>,
    taken: Arc<Taken>,
    seen: u64,
}

/// The pass's end.
#[derive(Debug)]
pub(crate) struct Events {
    receiver: Receiver<Event>,
    taken: Arc<Taken>,
}

pub(crate) fn events(size: usize) -> (EventsTo, Events) {
    let (sender, receiver) = channel(size);
    let taken = Arc::<Taken>::default();
    (EventsTo { sender, taken: Arc::clone(&taken), seen: 0 }, Events { receiver, taken })
}

impl EventsTo {
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    pub(super) fn try_send(&self, event: Event) -> Result<(), TrySendError<Event>> {
        self.sender.try_send(event)
    }

    /// Until something was taken since the last such wait, or so long.
    pub(super) fn wait_for_room(&mut self, longest: Duration) {
        let events = self.taken.events.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = self.seen;
        let waited = self.taken.more.wait_timeout_while(events, longest, |events| *events == seen);
        self.seen = *waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}

impl Events {
    pub(crate) async fn recv(&mut self) -> Option<Event> {
        let event = self.receiver.recv().await;
        self.tell();
        event
    }

    pub(crate) fn try_recv(&mut self) -> Result<Event, TryRecvError> {
        let event = self.receiver.try_recv();
        self.tell();
        event
    }

    fn tell(&self) {
        *self.taken.events.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.taken.more.notify_all();
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.tell();
    }
}
