//! Up to where partitions were read: shown to readers, and moved by who keeps the house running. Moving one is the only way
//! back: whoever reads the partition at the moment loses its next commit, and goes on from there.

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_runtime::Clock;
use signalbox_store::Store;

use crate::Problem;
use crate::views::{Listing, PositionLine, SeekAsk};

#[derive(Clone)]
pub struct Positions {
    store: Store,
    clock: Clock,
}

impl Positions {
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// Of every source, by source, topic and partition.
    pub async fn list(&self, actor: &Actor) -> Result<Listing<PositionLine>, Problem> {
        actor.authorize(Action::Read, Target::System)?;
        let entries = self.store.positions_list().await?;
        let line = |entry: signalbox_store::ingest::PositionEntry| PositionLine {
            source: entry.stream.source,
            topic: entry.stream.topic,
            partition: entry.stream.partition,
            next: entry.next,
            changed_at: entry.changed_at,
        };
        Ok(Listing { items: entries.into_iter().map(line).collect(), next: None })
    }

    pub async fn seek(&self, actor: &Actor, ask: &SeekAsk) -> Result<(), Problem> {
        actor.authorize(Action::Operate, Target::System)?;
        if ask.to < 0 {
            return Err(Problem::invalid("to", "an offset: 0 or more"));
        }
        self.store.position_seek(&ask.source, &ask.topic, ask.partition, ask.to, self.clock.now()).await?;
        Ok(())
    }
}
