//! Questions to a cluster, and its topics, by librdkafka as Signalbox itself uses it.

use std::time::Duration;

use futures_executor::block_on;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication, TopicResult};
use rdkafka::client::DefaultClientContext;
use rdkafka::metadata::{Metadata, MetadataTopic};

use super::KafkaError;
use crate::wait::wait_for;

/// One question; a broker that does not answer in this time is asked again.
const ANSWER: Duration = Duration::from_secs(2);
/// An election after a killed broker waits for its session to lapse; copies then catch up.
const PATIENCE_TO_SETTLE: Duration = Duration::from_secs(60);
const PATIENCE_TO_ACT: Duration = Duration::from_secs(30);

pub(super) struct Admin {
    client: AdminClient<DefaultClientContext>,
}

impl Admin {
    pub(super) fn new(bootstrap: &str) -> Result<Self, KafkaError> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap);
        // A starting broker is asked again at once, not after the ten seconds that would spare a distant one.
        config.set("reconnect.backoff.ms", "50").set("reconnect.backoff.max.ms", "200");
        Ok(Self { client: config.create().map_err(KafkaError::Client)? })
    }

    /// Why a broker does not serve yet.
    pub(super) fn serves(&self, cluster_id: &str, node: i32, leaders: bool) -> Result<(), String> {
        let client = self.client.inner();
        let metadata = client.fetch_metadata(None, ANSWER).map_err(|error| error.to_string())?;
        let found = client.fetch_cluster_id(ANSWER);
        if found.as_deref() != Some(cluster_id) {
            return Err(format!("cluster {cluster_id} is wanted, {found:?} answers"));
        }
        if !metadata.brokers().iter().any(|broker| broker.id() == node) {
            return Err(format!("broker {node} is not in the metadata"));
        }
        let headless = metadata.topics().iter().find(|topic| !has_leaders(topic));
        match headless.filter(|_| leaders) {
            Some(topic) => Err(format!("topic {} has a partition without leader", topic.name())),
            None => Ok(()),
        }
    }

    pub(super) fn create_topic(
        &self,
        name: &str,
        partitions: i32,
        replication: i32,
        settings: &[(&str, &str)],
    ) -> Result<(), KafkaError> {
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(replication));
        for (key, value) in settings {
            topic = topic.set(key, value);
        }
        let answers = block_on(self.client.create_topics([&topic], &options()));
        first_answer("creating", name, answers)?;
        self.settle(name)
    }

    pub(super) fn delete_topic(&self, name: &str) -> Result<(), KafkaError> {
        let answers = block_on(self.client.delete_topics(&[name], &options()));
        first_answer("deleting", name, answers)?;
        self.ask("deleting", name, |metadata| {
            metadata.topics().iter().all(|topic| topic.name() != name).then_some(())
        })
    }

    pub(super) fn leader(&self, name: &str, partition: i32) -> Result<i32, KafkaError> {
        self.ask("finding the leader of", name, |metadata| {
            let topic = metadata.topics().iter().find(|topic| topic.name() == name)?;
            let partition = topic.partitions().iter().find(|found| found.id() == partition)?;
            (partition.leader() >= 0).then(|| partition.leader())
        })
    }

    pub(super) fn settle(&self, name: &str) -> Result<(), KafkaError> {
        self.ask("settling", name, |metadata| {
            let topic = metadata.topics().iter().find(|topic| topic.name() == name)?;
            let in_step = |topic: &MetadataTopic| {
                let partitions = topic.partitions();
                !partitions.is_empty()
                    && partitions.iter().all(|found| found.isr().len() == found.replicas().len())
            };
            (has_leaders(topic) && in_step(topic)).then_some(())
        })
    }

    /// Looks at the metadata until it holds the answer. All topics are asked for: a question for one would
    /// create nothing, but would be answered with an entry for a topic that is not there.
    fn ask<T>(
        &self,
        doing: &'static str,
        name: &str,
        answer: impl Fn(&Metadata) -> Option<T>,
    ) -> Result<T, KafkaError> {
        wait_for("its partitions settle", PATIENCE_TO_SETTLE, || {
            // A broker that is being elected or restarted may not answer: the question is asked again.
            self.client.inner().fetch_metadata(None, ANSWER).ok().as_ref().and_then(&answer)
        })
        .map_err(|source| KafkaError::Unsettled { doing, topic: name.to_owned(), source })
    }
}

fn has_leaders(topic: &MetadataTopic) -> bool {
    topic.partitions().iter().all(|partition| partition.leader() >= 0)
}

fn options() -> AdminOptions {
    AdminOptions::new().operation_timeout(Some(PATIENCE_TO_ACT)).request_timeout(Some(PATIENCE_TO_ACT))
}

fn first_answer(
    doing: &'static str,
    topic: &str,
    answers: Result<Vec<TopicResult>, rdkafka::error::KafkaError>,
) -> Result<(), KafkaError> {
    let answers = answers.map_err(|source| KafkaError::Topic { doing, topic: topic.to_owned(), source })?;
    for answer in answers {
        answer.map_err(|(topic, code)| KafkaError::Refused { doing, topic, code })?;
    }
    Ok(())
}
