//! Kafka: a thread of its own that does nothing but poll, and the messages it exchanges with the pass.
//!
//! ```text
//!   rebalance ─▶ Assigned ─▶ pass loads positions ─▶ Start ─▶ watermarks ─┬─ in range ─▶ assign at the position
//!                                                                        └─ none, or out of range ─▶ Move ─▶ pass
//!                                                                           writes it ─▶ Start again
//!   poll ─▶ accumulate a partition at a time ─▶ Batch ─▶ pass ─▶ Commit (to Kafka too) or Restart (lost the race)
//! ```
//!
//! A partition is only ever read from a position that the store has. Each time one is begun it gets a new turn; what
//! belongs to an older turn is dropped. Must never: interpret a record, touch the store.
//!
//! librdkafka's Rust client gives no topic ids, so `Stream::topic_id` is the topic's name. A topic that was deleted
//! and made again is noticed when its end lies before the position, and then read from its beginning.

mod accumulate;
mod client;
mod letters;
mod poll;
mod property;
mod reach;
mod room;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use signalbox_domain::time::Timestamp;
use signalbox_runtime::SecretRefError;

pub use client::probe;
pub(crate) use letters::{DeadLetter, LetterWriter};
pub(crate) use poll::{Poller, PollerEnd};
pub(crate) use property::{Refusal, refusal};
pub(crate) use room::{Events, EventsTo, events};

/// A partition of a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition {
    pub(crate) topic: Arc<str>,
    pub(crate) number: i32,
}

/// Counts how often a partition was begun in this process.
pub(crate) type Turn = u64;

/// A partition as it was begun once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Begun {
    pub(crate) partition: Partition,
    pub(crate) turn: Turn,
}

/// One record, cut to `RECORD_LIMIT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawRecord {
    pub(crate) offset: i64,
    /// None is a tombstone.
    pub(crate) bytes: Option<Vec<u8>>,
    pub(crate) size: usize,
    /// Those that say what a record is, or whose trace it belongs to; mostly none.
    pub(crate) headers: Vec<(String, String)>,
    /// By its producer or its broker, as the topic is set.
    pub(crate) written_at: Option<Timestamp>,
}

impl RawRecord {
    pub(crate) fn traceparent(&self) -> Option<&str> {
        let found = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("traceparent"));
        found.map(|(_, value)| value.as_str())
    }
}

/// What was read of one partition in a row. It may have no records: then all were passed over.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) begun: Begun,
    pub(crate) records: Vec<RawRecord>,
    pub(crate) bytes: usize,
    /// Records that are no signals, as their bytes say: they are counted, and not carried along.
    pub(crate) passed_over: u64,
    /// The offset after the last one.
    pub(crate) end: i64,
    /// When the newest of all was written.
    pub(crate) written_at: Option<Timestamp>,
}

/// Why a position moves without records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoveReason {
    /// The first position ever.
    First,
    /// Kafka deleted records before they were read.
    Expired,
    /// The end lies before the position: truncated, or the topic was made anew.
    Truncated,
}

/// What the thread tells the pass.
#[derive(Debug)]
pub(crate) enum Event {
    /// Which cluster it is; always the first.
    Cluster(String),
    Assigned(Vec<Begun>),
    /// It is being read, and ended here when it was begun.
    Reading {
        begun: Begun,
        end: i64,
    },
    Move {
        begun: Begun,
        from: Option<i64>,
        to: i64,
        reason: MoveReason,
    },
    Batch(Batch),
}

/// What the pass tells the thread.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// The position that the store has.
    Start { begun: Begun, stored: Option<i64> },
    /// Signals up to here are kept.
    Commit { begun: Begun, to: i64 },
    /// Another consumer came first: look where it is.
    Restart { begun: Begun },
}

/// Which turn each partition has now. The thread writes it, the pass looks before it folds; the compare-and-set on
/// the position is what makes it safe, this only saves the work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Turns(Arc<Mutex<BTreeMap<Partition, Turn>>>);

impl Turns {
    pub(crate) fn is_current(&self, begun: &Begun) -> bool {
        self.with(|turns| turns.get(&begun.partition) == Some(&begun.turn))
    }

    pub(crate) fn begin(&self, partition: &Partition, turn: Turn) {
        self.with(|turns| turns.insert(partition.clone(), turn));
    }

    pub(crate) fn end(&self, partition: &Partition) {
        self.with(|turns| turns.remove(partition));
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<Partition, Turn>) -> T) -> T {
        // Entries come and go whole, so a panic elsewhere leaves a valid map.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How long reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// A stop is asked for. A broker that does not answer is waited for.
    Stopped,
    /// What was there at the beginning is read. A broker that does not answer is an error.
    CaughtUp,
}

/// Why Kafka could not be read from at all.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    #[error("no broker answers at {brokers}")]
    Unreachable { brokers: String },
    #[error("there is no topic {topic} at {brokers}")]
    NoTopic { topic: String, brokers: String },
    #[error("kafka.properties.{property}")]
    Secret { property: String, source: SecretRefError },
    #[error("kafka.properties.{property} is refused")]
    Property { property: String },
    #[error("making a consumer out of the settings")]
    Client(#[source] rdkafka::error::KafkaError),
    #[error("subscribing to the topics")]
    Subscribe(#[source] rdkafka::error::KafkaError),
}
