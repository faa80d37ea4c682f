//! The board of statuses: what each part of this process says of itself, under its name, to be shown as it stands.
//!
//! It holds the watching ends of channels that drivers keep up to date anyway, so nothing runs for it and reading it is
//! never late. It must never hold what may not be shown: a status names no secret. Parts are put on it by the wiring;
//! whoever shows a process's status reads it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Map, Value};
use tokio::sync::watch;

type Reading = Box<dyn Fn() -> Value + Send>;

/// Names with their latest statuses. Clones are the same board.
#[derive(Clone, Default)]
pub struct StatusBoard {
    parts: Arc<Mutex<BTreeMap<String, Reading>>>,
}

/// As many parts are on the board as it takes; a program has few, so more is a mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the board of statuses is full ({limit} parts): {name} is not shown", limit = StatusBoard::LIMIT)]
pub struct BoardFull {
    pub name: String,
}

impl StatusBoard {
    /// The most parts that one process has.
    pub const LIMIT: usize = 64;

    /// Shows the latest of this status from now on. A part that begins anew under its name takes its own place.
    pub fn show<T>(&self, name: impl Into<String>, status: watch::Receiver<T>) -> Result<(), BoardFull>
    where
        T: Serialize + Send + Sync + 'static,
    {
        let name = name.into();
        let mut parts = self.parts();
        if parts.len() >= Self::LIMIT && !parts.contains_key(&name) {
            return Err(BoardFull { name });
        }
        parts.insert(name, Box::new(move || value(&*status.borrow())));
        Ok(())
    }

    /// All statuses as they are now: an object with a field a name, in the order of the names.
    pub fn read(&self) -> Value {
        Value::Object(self.parts().iter().map(|(name, read)| (name.clone(), read())).collect())
    }

    /// A panic under the lock would have been one of serde's: the map itself is whole.
    fn parts(&self) -> MutexGuard<'_, BTreeMap<String, Reading>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A status that cannot be written as JSON says so in its own place, and hides no other.
fn value(status: &impl Serialize) -> Value {
    serde_json::to_value(status).unwrap_or_else(|error| {
        Value::Object(Map::from_iter([("unreadable".to_owned(), Value::String(error.to_string()))]))
    })
}

impl fmt::Debug for StatusBoard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.parts().keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::BridgeStatus;

    #[test]
    fn the_latest_of_each_is_read_also_after_its_part_ended() {
        let board = StatusBoard::default();
        let (bridge, seen) = watch::channel(BridgeStatus::Connecting);
        let (count, counted) = watch::channel(1);
        board.show("bridge", seen).unwrap();
        board.clone().show("count", counted).unwrap();
        assert_eq!(board.read(), json!({"bridge": "connecting", "count": 1}));

        let since = "2026-11-21T08:30:00Z".parse().unwrap();
        bridge.send_replace(BridgeStatus::Down { since, reason: "refused".to_owned() });
        count.send_replace(2);
        drop(bridge);
        let down = json!({"down": {"since": "2026-11-21T08:30:00Z", "reason": "refused"}});
        assert_eq!(board.read(), json!({"bridge": down, "count": 2}));
    }

    #[test]
    fn it_is_bounded_and_a_part_that_begins_anew_keeps_its_place() {
        let board = StatusBoard::default();
        for n in 0..StatusBoard::LIMIT {
            board.show(format!("part {n}"), watch::channel(n).1).unwrap();
        }
        let full = board.show("one more", watch::channel(0).1).unwrap_err();
        assert_eq!(full.to_string(), "the board of statuses is full (64 parts): one more is not shown");
        board.show("part 7", watch::channel("anew").1).unwrap();
        assert_eq!(board.read()["part 7"], json!("anew"));
        assert_eq!(board.read().as_object().map(Map::len), Some(StatusBoard::LIMIT));
    }

    #[test]
    fn a_status_that_cannot_be_written_says_so_in_its_place() {
        let board = StatusBoard::default();
        board.show("odd", watch::channel(BTreeMap::from([(vec![1], 1)])).1).unwrap();
        board.show("even", watch::channel(2).1).unwrap();
        assert_eq!(board.read(), json!({"odd": {"unreadable": "key must be a string"}, "even": 2}));
    }
}
