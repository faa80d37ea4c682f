//! The broker that is built into librdkafka, for trying things with nothing installed. A real TCP listener on a free
//! loopback port; in memory only, and gone with this value. Never proof of anything: that is Apache Kafka's part.
//! Called by the binary for `up --dev-kafka` and the demo.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};

/// What PostHog calls its topic of events.
pub const DEV_TOPIC: &str = "clickhouse_events_json";
/// What a partition keeps before it drops its oldest records.
pub const DEV_PARTITION_MEGABYTES: u32 = 5;
const PARTITIONS: i32 = 4;
const HAND_OVER: Duration = Duration::from_secs(10);

#[derive(Debug, thiserror::Error)]
pub enum DevBrokerError {
    #[error("starting the built-in broker")]
    Start(#[source] rdkafka::error::KafkaError),
    #[error("producing to the built-in broker")]
    Produce(#[source] rdkafka::error::KafkaError),
}

/// A running broker.
pub struct DevBroker {
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl DevBroker {
    /// Starts it, with [`DEV_TOPIC`].
    pub fn start() -> Result<Self, DevBrokerError> {
        let cluster = MockCluster::new(1).map_err(DevBrokerError::Start)?;
        cluster.create_topic(DEV_TOPIC, PARTITIONS, 1).map_err(DevBrokerError::Start)?;
        Ok(Self { cluster })
    }

    /// `host:port`, for any producer.
    pub fn address(&self) -> String {
        self.cluster.bootstrap_servers()
    }
}

/// Produces records to [`DEV_TOPIC`] of such a broker, over TCP as any producer does; blocks until they are handed over.
pub fn produce(brokers: &str, records: &[(String, String)]) -> Result<(), DevBrokerError> {
    let mut settings = ClientConfig::new();
    settings.set("bootstrap.servers", brokers);
    let producer: BaseProducer = settings.create().map_err(DevBrokerError::Produce)?;
    for (key, payload) in records {
        let record = BaseRecord::to(DEV_TOPIC).key(key).payload(payload);
        producer.send(record).map_err(|(error, _)| DevBrokerError::Produce(error))?;
    }
    producer.flush(HAND_OVER).map_err(DevBrokerError::Produce)
}
