//! When all that was there at the beginning is read: for a pass that is to end by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Pass;
use crate::kafka::{Event, Events, Partition};

/// Without anything from Kafka for so long there is nothing more to come: markers of transactions are counted in the
/// end of a partition and are never handed over, and a topic that is not there is never assigned.
const QUIET: Duration = Duration::from_secs(10);

/// The end of each assigned partition when it was begun; None until it is known.
#[derive(Debug, Default)]
pub(super) struct CatchUp(BTreeMap<Partition, Option<i64>>);

impl CatchUp {
    pub(super) fn assigned<'a>(&mut self, partitions: impl Iterator<Item = &'a Partition>) {
        for partition in partitions {
            self.0.entry(partition.clone()).or_default();
        }
    }

    fn is_reached(&self, position: impl Fn(&Partition) -> Option<i64>) -> bool {
        let reached = |partition, end: &Option<i64>| match (position(partition), end) {
            (Some(position), Some(end)) => position >= *end,
            _ => false,
        };
        !self.0.is_empty() && self.0.iter().all(|(partition, end)| reached(partition, end))
    }
}

impl Pass {
    pub(super) fn note_end(&mut self, partition: Partition, end: i64) {
        if let Some(catch_up) = &mut self.catch_up {
            catch_up.0.insert(partition, Some(end));
        }
    }

    /// Everything that was there is read, though what came last may still be on its way to the store.
    pub(super) fn has_caught_up(&self) -> bool {
        let position =
            |partition: &Partition| self.positions.get(partition).and_then(|(_, position)| *position);
        self.catch_up.as_ref().is_some_and(|catch_up| catch_up.is_reached(position))
    }

    /// The next event; None where the thread is gone, or where nothing more comes.
    pub(super) async fn next(&self, events: &mut Events) -> Option<Event> {
        if self.catch_up.is_none() {
            return events.recv().await;
        }
        match self.setup.clock.timeout(QUIET, events.recv()).await {
            Ok(event) => event,
            Err(_) => {
                tracing::info!(source = %self.source.name, "nothing more comes from Kafka");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn it_is_reached_when_every_partition_is() {
        let partition = |number| Partition { topic: Arc::from("events"), number };
        let mut catch_up = CatchUp::default();
        assert!(!catch_up.is_reached(|_| Some(9)), "nothing was assigned yet");
        catch_up.assigned([partition(0), partition(1)].iter());
        catch_up.0.insert(partition(0), Some(3));
        assert!(!catch_up.is_reached(|_| Some(3)), "of one partition the end is not known");
        catch_up.0.insert(partition(1), Some(0));
        assert!(catch_up.is_reached(|asked| Some(if asked.number == 0 { 3 } else { 0 })));
        assert!(!catch_up.is_reached(|_| Some(2)));
        assert!(!catch_up.is_reached(|_| None));
        catch_up.assigned([partition(0)].iter());
        assert!(catch_up.is_reached(|_| Some(3)), "assigned again, its end stays known");
    }
}
