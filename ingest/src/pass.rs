//! The pass of one source: batches in, one transaction a round. The store being away only makes it wait: the same
//! batch is tried again, and the positions make that exact. Called by the binary, one a source.

mod catch_up;
mod commit;

use std::collections::BTreeMap;
use std::sync::Arc;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::record::Stream;
use signalbox_redact::Redactor;
use signalbox_runtime::{
    Clock, HealthReporter, IdSource, Randomness, SealError, SealingKeys, Stop, TaskEnd, TaskHandle, Tasks,
    Wakeups,
};
use signalbox_store::Store;
use signalbox_store::ingest::{FoldPart, PositionMove};
use tokio::sync::mpsc::{Sender, channel};

use crate::config::{IngestConfig, SourceConfig};
use crate::fold::{Bars, FoldContext};
use crate::gather::Gathering;
use crate::holds::HoldConfig;
use crate::kafka::{
    Batch, Begun, Event, Events, KafkaError, MoveReason, Order, Partition, Poller, PollerEnd, Turn, Turns,
    Until, events,
};
use crate::keys::FingerprintConfig;
use crate::limits::LimitConfig;
use crate::metrics::IngestMetrics;
use crate::status::Status;

use catch_up::CatchUp;
pub use commit::SIGNALS;
use commit::{Committer, Flight};

/// How many batches wait between the thread and the pass; each is bounded by `BatchLimits`.
const WAITING_BATCHES: usize = 4;
const WAITING_ORDERS: usize = 256;

/// What ingest needs from the house. Clones are the same.
#[derive(Clone)]
pub struct IngestSetup {
    pub store: Store,
    pub redactor: Arc<Redactor>,
    pub keys: Arc<SealingKeys>,
    pub ids: IdSource,
    pub clock: Clock,
    pub randomness: Randomness,
    pub wakeups: Wakeups,
    pub tasks: Tasks,
    pub limits: LimitConfig,
    pub holds: HoldConfig,
    pub metrics: IngestMetrics,
}

/// Why ingest of a source ended although nobody asked for it.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("reading {source_name} from Kafka")]
    Kafka { source_name: String, source: KafkaError },
    #[error("starting the polling thread")]
    Thread(#[source] std::io::Error),
    #[error("the polling thread")]
    Ended(#[source] TaskEnd),
    #[error("sealing a record for quarantine")]
    Seal(#[from] SealError),
}

impl IngestError {
    /// No broker answered.
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Kafka { source: KafkaError::Unreachable { .. }, .. })
    }

    /// It will be so until somebody corrects the settings, or what they refer to.
    pub fn is_settings(&self) -> bool {
        let Self::Kafka { source, .. } = self else { return false };
        matches!(source, KafkaError::Secret { .. } | KafkaError::Property { .. })
    }
}

/// Ingest of one Kafka source.
pub struct KafkaIngest {
    source: SourceConfig,
    setup: IngestSetup,
    status: Status,
    config: IngestConfig,
}

/// The pass at work.
struct Pass {
    source: SourceConfig,
    setup: IngestSetup,
    status: Status,
    stop: Stop,
    committer: Committer,
    turns: Turns,
    orders: Sender<Order>,
    cluster: String,
    projects: BTreeMap<ProjectName, ProjectId>,
    /// The position that the store has, of each partition that was begun.
    positions: BTreeMap<Partition, (Turn, Option<i64>)>,
    most_bytes: usize,
    fingerprints: FingerprintConfig,
    gathering: Gathering,
    bars: Bars,
    /// What is still to be read, where reading is to end.
    catch_up: Option<CatchUp>,
}

/// Whether to go on; an end was asked for, or the thread is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    End,
}

impl IngestSetup {
    /// The part under the limit of new signals.
    pub(crate) fn limited(&self, part: FoldPart) -> FoldPart {
        self.limits.within(part, &self.ids)
    }

    /// What stands still while one round is folded.
    pub(crate) fn fold_context(&self) -> FoldContext<'_> {
        FoldContext::new(&self.redactor, &self.ids, &self.keys, &self.holds, self.clock.now())
    }
}

impl KafkaIngest {
    /// One of the sources of `config`.
    pub fn new(source: SourceConfig, config: &IngestConfig, setup: IngestSetup) -> Self {
        Self { source, setup, status: Status::default(), config: config.clone() }
    }

    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// Reads until a stop is asked for, or until all that was there is read. What was begun is committed or dropped;
    /// nothing is left half done. `health` is told whether the brokers answer.
    pub async fn run(self, until: Until, health: HealthReporter, stop: Stop) -> Result<(), IngestError> {
        let gathering = Gathering::of(&self.source.name, &self.config);
        let (events_to, events) = events(WAITING_BATCHES);
        let (orders, orders_from) = channel(WAITING_ORDERS);
        let turns = Turns::default();
        let poller = Poller {
            config: self.source.kafka.clone(),
            limits: self.config.batch.clone(),
            clock: self.setup.clock.clone(),
            health,
            until,
            turns: turns.clone(),
            status: self.status.clone(),
            metrics: self.setup.metrics.clone(),
            source: self.source.name.to_string(),
            format: self.source.format,
            wanted: gathering.events().to_vec(),
            events: events_to,
            orders: orders_from,
        };
        let name = format!("ingest {}", self.source.name);
        let thread =
            self.setup.tasks.spawn_thread(name, move || poller.run()).map_err(IngestError::Thread)?;
        let source_name = self.source.name.to_string();
        let committer = Committer {
            store: self.setup.store.clone(),
            clock: self.setup.clock.clone(),
            randomness: self.setup.randomness.clone(),
            backoff: self.config.backoff.clone(),
            status: self.status.clone(),
            stop: stop.clone(),
            source: self.source.name.to_string(),
        };
        let pass = Pass {
            committer,
            most_bytes: self.config.batch.bytes.get(),
            gathering,
            bars: Bars::default(),
            fingerprints: self.config.fingerprints,
            catch_up: (until == Until::CaughtUp).then(CatchUp::default),
            source: self.source,
            setup: self.setup,
            status: self.status,
            stop,
            turns,
            orders,
            cluster: String::new(),
            projects: BTreeMap::new(),
            positions: BTreeMap::new(),
        };
        let passed = pass.run(events).await;
        // The pass dropped its end of the channel, so the thread leaves the group and ends.
        ended(thread, source_name).await.and(passed)
    }
}

async fn ended(thread: TaskHandle<PollerEnd>, source_name: String) -> Result<(), IngestError> {
    let end = thread.await.map_err(IngestError::Ended)?;
    end.map_err(|source| IngestError::Kafka { source_name, source })
}

impl Pass {
    /// While a round is written, the next is made.
    async fn run(mut self, mut events: Events) -> Result<(), IngestError> {
        if self.ensure_projects().await == Flow::End {
            return Ok(());
        }
        let stop = self.stop.clone();
        let (mut held, mut flight): (Option<Event>, Option<Flight>) = (None, None);
        loop {
            let is_reached = self.has_caught_up();
            if is_reached && flight.is_none() {
                return Ok(());
            }
            let event = match held.take() {
                Some(event) => Some(event),
                None => tokio::select! {
                    biased;
                    () = stop.stop_taking() => None,
                    () = Flight::over(&mut flight), if flight.is_some() => {
                        if self.land(flight.take()).await? == Flow::End {
                            return Ok(());
                        }
                        continue;
                    }
                    event = self.next(&mut events), if !is_reached => event,
                },
            };
            let Some(event) = event else { return self.land(flight).await.map(drop) };
            let flow = match event {
                Event::Batch(first) => {
                    let batches = gather(first, &mut events, &mut held, self.most_bytes);
                    self.fold(batches, &mut flight).await?
                }
                other => match self.land(flight.take()).await? {
                    Flow::End => Flow::End,
                    Flow::On => self.hear(other).await?,
                },
            };
            if flow == Flow::End {
                return Ok(());
            }
        }
    }

    /// What is not a batch.
    async fn hear(&mut self, event: Event) -> Result<Flow, IngestError> {
        match event {
            Event::Cluster(cluster) => self.cluster = cluster,
            Event::Assigned(begun) => return Ok(self.assigned(begun).await),
            Event::Reading { begun, end } => self.note_end(begun.partition, end),
            Event::Move { begun, from, to, reason } => return self.moved(begun, from, to, reason).await,
            Event::Batch(_) => {}
        }
        Ok(Flow::On)
    }

    async fn ensure_projects(&mut self) -> Flow {
        let mut backoff = self.committer.backoff();
        for name in self.source.project.names() {
            let id = self.setup.ids.next();
            let project = loop {
                match self.setup.store.project_ensure(&name, id, self.setup.clock.now()).await {
                    Ok(project) => break project,
                    Err(error) if self.committer.wait_after(&mut backoff, &error).await == Flow::End => {
                        return Flow::End;
                    }
                    Err(_) => {}
                }
            };
            backoff.reset();
            self.projects.insert(name, project.id);
        }
        Flow::On
    }

    /// Tells the thread where the partitions it was given go on.
    async fn assigned(&mut self, begun: Vec<Begun>) -> Flow {
        let mut backoff = self.committer.backoff();
        let loaded = loop {
            match self.setup.store.positions_load(&self.source.name).await {
                Ok(loaded) => break loaded,
                Err(error) if self.committer.wait_after(&mut backoff, &error).await == Flow::End => {
                    return Flow::End;
                }
                Err(_) => {}
            }
        };
        let loaded: BTreeMap<Stream, i64> = loaded.into_iter().collect();
        if let Some(catch_up) = &mut self.catch_up {
            catch_up.assigned(begun.iter().map(|begun| &begun.partition));
        }
        for begun in begun {
            let stored = loaded.get(&self.stream(&begun.partition)).copied();
            if self.start(begun, stored).await == Flow::End {
                return Flow::End;
            }
        }
        Flow::On
    }

    async fn moved(
        &mut self,
        begun: Begun,
        from: Option<i64>,
        to: i64,
        reason: MoveReason,
    ) -> Result<Flow, IngestError> {
        if !self.turns.is_current(&begun) {
            return Ok(Flow::On);
        }
        let movement = PositionMove { stream: self.stream(&begun.partition), from, to };
        if reason != MoveReason::First {
            tracing::warn!(
                topic = &*begun.partition.topic,
                partition = begun.partition.number,
                ?from,
                to,
                ?reason,
                "a gap"
            );
        }
        self.commit_move(begun, movement, reason).await
    }

    async fn start(&mut self, begun: Begun, stored: Option<i64>) -> Flow {
        self.positions.insert(begun.partition.clone(), (begun.turn, stored));
        self.order(Order::Start { begun, stored }).await
    }

    async fn order(&self, order: Order) -> Flow {
        if self.orders.send(order).await.is_err() { Flow::End } else { Flow::On }
    }

    fn stream(&self, partition: &Partition) -> Stream {
        Stream {
            source: self.source.name.clone(),
            cluster: self.cluster.clone(),
            topic: partition.topic.to_string(),
            topic_id: partition.topic.to_string(),
            partition: partition.number,
        }
    }
}

/// Batches that are there already share a transaction; another kind of event waits for its turn.
fn gather(first: Batch, events: &mut Events, held: &mut Option<Event>, most_bytes: usize) -> Vec<Batch> {
    let mut bytes = first.bytes;
    let mut batches = vec![first];
    while bytes < most_bytes && held.is_none() {
        match events.try_recv() {
            Ok(Event::Batch(batch)) => {
                bytes += batch.bytes;
                batches.push(batch);
            }
            Ok(other) => *held = Some(other),
            Err(_) => break,
        }
    }
    batches
}
