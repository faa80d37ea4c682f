//! The polling thread. It never waits for anybody: what cannot be handed on stays here, and the partitions pause while
//! polling goes on, so that the group keeps this member however slow the store is.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError as ClientError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedHeaders, BorrowedMessage, Headers as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{BootTime, Clock, HealthReporter};
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TrySendError;

use super::accumulate::Accumulator;
use super::client::{Change, Client, connect, list_of};
use super::reach::Reach;
use super::{
    Begun, Event, EventsTo, KafkaError, MoveReason, Order, Partition, RawRecord, Turn, Turns, Until,
};
use crate::config::{BatchLimits, KafkaConfig, Start};
use crate::formats::{Format, RECORD_LIMIT, is_passed_over};
use crate::metrics::IngestMetrics;
use crate::status::{Counts, Status};

/// How long a poll waits for a record: orders and full batches are seen to at least this often.
const POLL: Duration = Duration::from_millis(20);
/// How long a full channel is waited for before partitions are paused: a pause lets go of all that was fetched ahead.
const PATIENCE: Duration = Duration::from_secs(1);
/// Records in a row between two looks at everything else.
const IN_A_ROW: usize = 256;
/// How long Kafka is asked where a partition begins and ends; then it is polled again, and asked again.
const ASK: Duration = Duration::from_secs(1);
/// How often it is said how far behind partitions are.
const LOOK: Duration = Duration::from_secs(2);
/// How often brokers are asked who they are before a read that wants an end gives up.
const QUESTIONS: u32 = 10;

/// How the thread ended.
pub(crate) type PollerEnd = Result<(), KafkaError>;

/// What the thread is made of.
pub(crate) struct Poller {
    pub(crate) config: KafkaConfig,
    pub(crate) limits: BatchLimits,
    pub(crate) clock: Clock,
    pub(crate) health: HealthReporter,
    pub(crate) until: Until,
    pub(crate) turns: Turns,
    pub(crate) status: Status,
    pub(crate) metrics: IngestMetrics,
    pub(crate) source: String,
    pub(crate) format: Format,
    /// Names of events that are not passed over.
    pub(crate) wanted: Vec<String>,
    pub(crate) events: EventsTo,
    pub(crate) orders: Receiver<Order>,
}

/// The thread at work.
struct Work {
    client: Client,
    reach: Reach,
    topics: Vec<String>,
    start: Start,
    clock: Clock,
    turns: Turns,
    status: Status,
    metrics: IngestMetrics,
    source: String,
    looked_at: BootTime,
    format: Format,
    wanted: Vec<String>,
    events: EventsTo,
    orders: Receiver<Order>,
    accumulator: Accumulator,
    assigned: BTreeMap<Partition, Turn>,
    last_turn: Turn,
    /// What the channel had no room for. Nothing is fetched while a batch waits here.
    outbox: VecDeque<Event>,
    /// Positions whose partitions Kafka could not yet be asked about.
    starts: VecDeque<(Begun, Option<i64>)>,
    /// Since when the channel has had no room.
    full_since: Option<BootTime>,
    is_paused: bool,
}

impl Poller {
    /// Polls until nobody takes events any more.
    pub(crate) fn run(self) -> PollerEnd {
        let client = connect(&self.config)?;
        let mut work = Work {
            client,
            reach: Reach::new(&self.config.brokers, self.clock.clone(), self.health),
            topics: self.config.names(),
            start: self.config.start,
            looked_at: self.clock.boot(),
            metrics: self.metrics,
            source: self.source,
            clock: self.clock,
            turns: self.turns,
            status: self.status,
            format: self.format,
            wanted: self.wanted,
            events: self.events,
            orders: self.orders,
            accumulator: Accumulator::new(self.limits),
            assigned: BTreeMap::new(),
            last_turn: 0,
            outbox: VecDeque::new(),
            starts: VecDeque::new(),
            full_since: None,
            is_paused: false,
        };
        if work.learn_cluster(self.until)? {
            work.poll_on();
        }
        work.reach.withdraw();
        Ok(())
    }
}

impl Work {
    /// False where nobody wants to know any more.
    fn learn_cluster(&mut self, until: Until) -> Result<bool, KafkaError> {
        let mut questions = 0;
        while !self.events.is_closed() {
            if let Some(cluster) = self.client.client().fetch_cluster_id(ASK) {
                self.reach.found();
                self.outbox.push_back(Event::Cluster(cluster));
                return Ok(true);
            }
            self.reach.missing();
            questions += 1;
            if until == Until::CaughtUp && questions >= QUESTIONS {
                return Err(KafkaError::Unreachable { brokers: self.reach.brokers().to_owned() });
            }
        }
        Ok(false)
    }

    fn poll_on(&mut self) {
        while !self.events.is_closed() {
            while let Ok(order) = self.orders.try_recv() {
                self.obey(order);
            }
            self.hand_on();
            let now = self.clock.boot();
            if self.waits_for_room(now) {
                continue;
            }
            self.throttle();
            self.look_for_brokers();
            self.look_how_far();
            if !self.is_paused {
                self.begin_one();
            }
            self.poll_some();
            if self.outbox.is_empty() {
                let due = self.accumulator.due(self.clock.boot());
                self.outbox.extend(due.into_iter().map(Event::Batch));
            }
        }
    }

    /// Records in a row, as long as there are any and not too much of them.
    fn poll_some(&mut self) {
        let now = self.clock.boot();
        let mut last: Option<Begun> = None;
        for place in 0..IN_A_ROW {
            let polled = self.client.poll(if place == 0 { POLL } else { Duration::ZERO });
            let noted = match polled {
                None => None,
                Some(Ok(message)) => {
                    let begun = last.take().filter(|begun| is_of(&message, &begun.partition));
                    if let Some(begun) = begun.or_else(|| begun_of(&self.assigned, &message)) {
                        note(&mut self.accumulator, &begun, &message, self.format, &self.wanted, now);
                        last = Some(begun);
                    }
                    Some(Ok(()))
                }
                Some(Err(error)) => Some(Err(error)),
            };
            if self.note_rebalances() {
                last = None;
            }
            match noted {
                None => return,
                Some(Ok(())) if self.accumulator.is_full() => return,
                Some(Ok(())) => {}
                Some(Err(error)) => self.note_error(&error),
            }
        }
    }

    /// Nothing is polled meanwhile; longer than this is a matter of pausing, and polling on.
    fn waits_for_room(&mut self, now: BootTime) -> bool {
        if self.outbox.is_empty() {
            self.full_since = None;
            return false;
        }
        let since = *self.full_since.get_or_insert(now);
        let is_moment = now.since(since) < PATIENCE;
        if is_moment {
            self.events.wait_for_room(POLL);
        }
        is_moment
    }

    /// No record says that the brokers of a quiet topic are back: they are asked.
    fn look_for_brokers(&mut self) {
        if !self.reach.is_question_due() {
            return;
        }
        match self.client.fetch_metadata(self.topics.first().map(String::as_str), ASK) {
            Ok(_) => self.reach.found(),
            Err(_) => self.reach.missing(),
        }
    }

    /// Says how far behind each partition is.
    fn look_how_far(&mut self) {
        let now = self.clock.boot();
        let passed = now.since(self.looked_at);
        if passed < LOOK {
            return;
        }
        self.looked_at = now;
        let ends = self.client.context().ends();
        let ends = ends.iter().map(|(partition, end)| (&*partition.topic, partition.number, *end));
        for one in self.status.look(ends, self.clock.now(), passed) {
            let behind = Duration::from_secs(one.lag_seconds.unwrap_or(0));
            self.metrics.lag(&self.source, &one.topic, one.partition, one.lag_records.unwrap_or(0), behind);
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Start { begun, stored } => self.starts.push_back((begun, stored)),
            Order::Commit { begun, to } if self.is_current(&begun) => self.commit(&begun.partition, to),
            Order::Restart { begun } if self.is_current(&begun) => self.restart(&begun.partition),
            Order::Commit { .. } | Order::Restart { .. } => {}
        }
    }

    fn hand_on(&mut self) {
        while let Some(event) = self.outbox.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event) | TrySendError::Closed(event)) => {
                    self.outbox.push_front(event);
                    return;
                }
            }
        }
    }

    /// A paused partition fetches nothing, and what was fetched ahead is let go of.
    fn throttle(&mut self) {
        let is_full = !self.outbox.is_empty();
        if is_full == self.is_paused {
            return;
        }
        let list = list_of(&self.client.context().fetched());
        let done = if is_full { self.client.pause(&list) } else { self.client.resume(&list) };
        match done {
            Ok(()) => {
                self.is_paused = is_full;
                self.status.add(Counts { pauses: u64::from(is_full), ..Counts::default() });
            }
            Err(error) => tracing::warn!(%error, is_full, "partitions were not paused or resumed"),
        }
    }

    fn note_error(&mut self, error: &ClientError) {
        let is_out_of_range = matches!(
            error,
            ClientError::MessageConsumption(
                RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange
            )
        );
        if let ClientError::MessageConsumption(RDKafkaErrorCode::AllBrokersDown) = error {
            self.reach.missing();
            return;
        }
        tracing::warn!(%error, is_out_of_range, "reading from Kafka");
        if is_out_of_range {
            // Kafka does not say whose position it was: each is asked about, and only a wrong one moves.
            for partition in self.client.context().fetched() {
                self.restart(&partition);
            }
        }
    }

    /// Whether there were any.
    fn note_rebalances(&mut self) -> bool {
        let changes = self.client.context().take();
        let is_any = !changes.is_empty();
        for change in changes {
            match change {
                Change::Assigned(partitions) => {
                    let begun = partitions.iter().map(|partition| self.begin(partition)).collect();
                    self.outbox.push_back(Event::Assigned(begun));
                }
                Change::Revoked(partitions) => {
                    for partition in &partitions {
                        self.forget(partition);
                        self.assigned.remove(partition);
                        self.turns.end(partition);
                        self.status.taken_away(&partition.topic, partition.number);
                    }
                }
            }
        }
        is_any
    }

    fn begin(&mut self, partition: &Partition) -> Begun {
        self.forget(partition);
        self.last_turn += 1;
        self.assigned.insert(partition.clone(), self.last_turn);
        self.turns.begin(partition, self.last_turn);
        Begun { partition: partition.clone(), turn: self.last_turn }
    }

    /// Drops everything in flight of a partition; its records come again where they are wanted.
    fn forget(&mut self, partition: &Partition) {
        self.accumulator.forget(partition);
        self.starts.retain(|(begun, _)| begun.partition != *partition);
        self.outbox.retain(|event| match event {
            Event::Batch(batch) => batch.begun.partition != *partition,
            Event::Move { begun, .. } | Event::Reading { begun, .. } => begun.partition != *partition,
            Event::Cluster(_) | Event::Assigned(_) => true,
        });
    }

    fn restart(&mut self, partition: &Partition) {
        if self.client.context().set_unfetched(partition)
            && let Err(error) = self.client.incremental_unassign(&list_of(std::slice::from_ref(partition)))
        {
            tracing::warn!(%error, topic = &*partition.topic, partition = partition.number, "not given up");
        }
        let begun = self.begin(partition);
        self.outbox.push_back(Event::Assigned(vec![begun]));
    }

    fn commit(&self, partition: &Partition, to: i64) {
        let list = at_offset(partition, to);
        if let Err(error) = list.and_then(|list| self.client.commit(&list, CommitMode::Async)) {
            tracing::debug!(%error, "the group's offset was not committed");
        }
    }

    /// One a round, because Kafka has to be asked and polling must go on.
    fn begin_one(&mut self) {
        let Some((begun, stored)) = self.starts.pop_front() else { return };
        if !self.is_current(&begun) {
            return;
        }
        if let Err(error) = self.try_begin(&begun, stored) {
            let Begun { partition, .. } = &begun;
            tracing::warn!(%error, topic = &*partition.topic, partition = partition.number, "not begun yet");
            self.starts.push_back((begun, stored));
        }
    }

    fn try_begin(&mut self, begun: &Begun, stored: Option<i64>) -> Result<(), ClientError> {
        let partition = &begun.partition;
        let (low, high) = self.client.fetch_watermarks(&partition.topic, partition.number, ASK)?;
        let (to, reason) = match stored {
            Some(position) if position < low => (low, MoveReason::Expired),
            Some(position) if position > high => (low, MoveReason::Truncated),
            Some(position) => {
                let list = at_offset(partition, position)?;
                // librdkafka remembers a pause over an unassign and an assign.
                self.client.resume(&list)?;
                self.client.incremental_assign(&list)?;
                self.client.context().set_fetched(partition);
                self.outbox.push_back(Event::Reading { begun: begun.clone(), end: high });
                return Ok(());
            }
            None => (self.first_position(partition, low, high)?, MoveReason::First),
        };
        self.outbox.push_back(Event::Move { begun: begun.clone(), from: stored, to, reason });
        Ok(())
    }

    /// The group's position where it has one that still exists, else what the settings say.
    fn first_position(&self, partition: &Partition, low: i64, high: i64) -> Result<i64, ClientError> {
        let asked = list_of(std::slice::from_ref(partition));
        let answer = self.client.committed_offsets(asked, ASK)?;
        let committed = match answer.find_partition(&partition.topic, partition.number) {
            Some(element) => {
                element.error()?;
                element.offset().to_raw().filter(|offset| *offset >= 0)
            }
            None => None,
        };
        Ok(match (committed, self.start) {
            (Some(offset), _) if (low..=high).contains(&offset) => offset,
            (Some(_), _) | (None, Start::Earliest) => low,
            (None, Start::Latest) => high,
        })
    }

    fn is_current(&self, begun: &Begun) -> bool {
        self.assigned.get(&begun.partition) == Some(&begun.turn)
    }
}

fn is_of(message: &BorrowedMessage<'_>, partition: &Partition) -> bool {
    partition.number == message.partition() && &*partition.topic == message.topic()
}

/// The turn of a message's partition; none where it was taken away.
fn begun_of(assigned: &BTreeMap<Partition, Turn>, message: &BorrowedMessage<'_>) -> Option<Begun> {
    let partition = Partition { topic: Arc::from(message.topic()), number: message.partition() };
    assigned.get(&partition).map(|turn| Begun { turn: *turn, partition: partition.clone() })
}

/// Out of librdkafka's memory, or passed over there. Whose trace it is says a header, and only of what is kept.
fn note(
    accumulator: &mut Accumulator,
    begun: &Begun,
    message: &BorrowedMessage<'_>,
    format: Format,
    wanted: &[String],
    now: BootTime,
) {
    let payload = message.payload();
    let millis = message.timestamp().to_millis();
    let written_at = millis.map(|millis| Timestamp::from_micros(millis.saturating_mul(1000)));
    if payload.is_some_and(|bytes| is_passed_over(format, bytes, wanted)) {
        return accumulator.pass_over(begun, message.offset(), written_at, now);
    }
    let record = RawRecord {
        offset: message.offset(),
        bytes: payload.map(|bytes| bytes[..bytes.len().min(RECORD_LIMIT)].to_vec()),
        size: payload.map_or(0, <[u8]>::len),
        headers: message.headers().map_or_else(Vec::new, telling),
        written_at,
    };
    accumulator.add(begun, record, now);
}

/// Of a record's headers those that a format or a trace may ask for, as far as they are short texts.
fn telling(headers: &BorrowedHeaders) -> Vec<(String, String)> {
    const MOST: usize = 32;
    const LONGEST: usize = 1000;
    const NAMED: [&str; 5] =
        ["content-encoding", "content-type", "sentry-hook-resource", "traceparent", "x-github-event"];
    let tells = |name: &str| {
        NAMED.iter().any(|known| name.eq_ignore_ascii_case(known))
            || name
                .get(..3)
                .is_some_and(|start| start.eq_ignore_ascii_case("ce_") || start.eq_ignore_ascii_case("ce-"))
    };
    let told = headers.iter().filter(|header| tells(header.key)).filter_map(|header| {
        let value = std::str::from_utf8(header.value.filter(|value| value.len() <= LONGEST)?).ok()?;
        Some((header.key.to_owned(), value.to_owned()))
    });
    told.take(MOST).collect()
}

fn at_offset(partition: &Partition, offset: i64) -> Result<TopicPartitionList, ClientError> {
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&partition.topic, partition.number, Offset::Offset(offset))?;
    Ok(list)
}
