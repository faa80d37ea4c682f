//! The consumer: how librdkafka is set, and what a rebalance does. Callbacks run inside `poll`, on its thread; they
//! answer at once and only note what happened.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::statistics::Statistics;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;
use signalbox_runtime::resolve_secret;

use super::{KafkaError, Partition, property};
use crate::config::{KafkaConfig, Property, literal};

pub(super) type Client = BaseConsumer<Rebalances>;

/// How much librdkafka fetches ahead for all partitions together.
const QUEUED_KILOBYTES: &str = "16384";

/// How often it says where partitions end.
const STATISTICS_MILLISECONDS: &str = "2000";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Assigned(Vec<Partition>),
    Revoked(Vec<Partition>),
}

/// Notes rebalances, and what is being fetched.
#[derive(Debug, Default)]
pub(super) struct Rebalances(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    changes: VecDeque<Change>,
    fetched: BTreeSet<Partition>,
    /// Where partitions end, as librdkafka has seen it last.
    ends: BTreeMap<Partition, i64>,
}

impl Rebalances {
    pub(super) fn take(&self) -> VecDeque<Change> {
        std::mem::take(&mut self.state().changes)
    }

    pub(super) fn set_fetched(&self, partition: &Partition) {
        self.state().fetched.insert(partition.clone());
    }

    /// True where it was fetched until now.
    pub(super) fn set_unfetched(&self, partition: &Partition) -> bool {
        let mut state = self.state();
        state.ends.remove(partition);
        state.fetched.remove(partition)
    }

    /// Where partitions that are fetched end.
    pub(super) fn ends(&self) -> BTreeMap<Partition, i64> {
        self.state().ends.clone()
    }

    pub(super) fn fetched(&self) -> Vec<Partition> {
        self.state().fetched.iter().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Fields change one at a time and are valid in between.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Rebalances {
    fn stats(&self, statistics: Statistics) {
        let mut state = self.state();
        let State { fetched, ends, .. } = &mut *state;
        for (name, topic) in &statistics.topics {
            for (number, partition) in &topic.partitions {
                let at = Partition { topic: Arc::from(name.as_str()), number: *number };
                // The last stable offset is how far a reader of committed records can get.
                let end = if partition.ls_offset >= 0 { partition.ls_offset } else { partition.hi_offset };
                if end >= 0 && fetched.contains(&at) {
                    ends.insert(at, end);
                }
            }
        }
    }
}

impl ConsumerContext for Rebalances {
    /// An assignment is acknowledged empty, so that the group settles however slow the store is; partitions are
    /// assigned for fetching once their position is known.
    fn rebalance(&self, client: &Client, code: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let partitions = partitions(list);
        let answered = if code == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            self.state().changes.push_back(Change::Assigned(partitions));
            client.incremental_assign(&TopicPartitionList::new())
        } else {
            let fetched: Vec<Partition> =
                partitions.iter().filter(|partition| self.set_unfetched(partition)).cloned().collect();
            self.state().changes.push_back(Change::Revoked(partitions));
            client.incremental_unassign(&list_of(&fetched))
        };
        if let Err(error) = answered {
            tracing::warn!(%error, "a rebalance was not acknowledged");
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _offsets: &TopicPartitionList) {
        if let Err(error) = result {
            // The store's position counts; the group's is for people and other tools.
            tracing::debug!(%error, "the group's offsets were not committed");
        }
    }
}

pub(super) fn partitions(list: &TopicPartitionList) -> Vec<Partition> {
    let elements = list.elements();
    elements
        .iter()
        .map(|element| Partition { topic: Arc::from(element.topic()), number: element.partition() })
        .collect()
}

pub(super) fn list_of(partitions: &[Partition]) -> TopicPartitionList {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition(&partition.topic, partition.number);
    }
    list
}

/// Makes the consumer and subscribes it.
pub(super) fn connect(config: &KafkaConfig) -> Result<Client, KafkaError> {
    let settings = settings(config)?;
    let client: Client = settings.create_with_context(Rebalances::default()).map_err(property::told)?;
    let subscriptions = config.subscriptions();
    let topics: Vec<&str> = subscriptions.iter().map(String::as_str).collect();
    client.subscribe(&topics).map_err(KafkaError::Subscribe)?;
    Ok(client)
}

/// Do the brokers answer, and are the topics there? Joins no group and reads nothing.
pub fn probe(config: &KafkaConfig, longest: Duration) -> Result<(), KafkaError> {
    let client: BaseConsumer = settings(config)?.create().map_err(property::told)?;
    let brokers = || config.brokers.join(",");
    let answer = client.fetch_metadata(None, longest);
    let metadata = answer.map_err(|_| KafkaError::Unreachable { brokers: brokers() })?;
    let there = |topic: &String| metadata.topics().iter().any(|known| known.name() == topic);
    match config.names().into_iter().find(|topic| !there(topic)) {
        None => Ok(()),
        Some(topic) => Err(KafkaError::NoTopic { topic, brokers: brokers() }),
    }
}

fn settings(config: &KafkaConfig) -> Result<ClientConfig, KafkaError> {
    let mut settings = ClientConfig::new();
    settings.set("queued.max.messages.kbytes", QUEUED_KILOBYTES);
    // By itself librdkafka stops fetching for a second once so much is queued.
    settings.set("fetch.queue.backoff.ms", "5");
    settings.set("statistics.interval.ms", STATISTICS_MILLISECONDS);
    if config.pattern.is_some() {
        // No pattern reads what is written here.
        settings.set("topic.blacklist", not_for_patterns(config).join(","));
    }
    passed_through(&mut settings, config)?;
    settings
        .set("group.id", &config.group)
        .set("partition.assignment.strategy", "cooperative-sticky")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        // A position out of range is an error that is looked into, not a jump.
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed");
    Ok(settings)
}

/// What Signalbox publishes itself, and what it could not read.
fn not_for_patterns(config: &KafkaConfig) -> Vec<String> {
    let own = ["signalbox.tasks", "signalbox.outcomes"].into_iter().chain(config.dead_letters.as_deref());
    own.map(|topic| format!("^{}$", literal(topic))).collect()
}

/// Where the brokers are, and what the settings say to librdkafka itself.
pub(super) fn passed_through(settings: &mut ClientConfig, config: &KafkaConfig) -> Result<(), KafkaError> {
    for (property, value) in &config.properties {
        match value {
            Property::Text(text) => settings.set(property, text),
            Property::Secret(place) => {
                let secret = resolve_secret(place)
                    .map_err(|source| KafkaError::Secret { property: property.clone(), source })?;
                settings.set(property, secret.as_str())
            }
        };
    }
    settings.set("bootstrap.servers", config.brokers.join(","));
    Ok(())
}
