//! `--dev-kafka`: the broker that is built into librdkafka, and a source that reads it.

use std::collections::BTreeMap;

use signalbox_domain::names::{NameError, ProjectName, SourceName};
use signalbox_domain::provenance::Provenance;
use signalbox_ingest::{
    DEV_PARTITION_MEGABYTES, DEV_TOPIC, DevBroker, Format, KafkaConfig, ProjectMapping, SourceConfig, Start,
};
use signalbox_runtime::{ExitCode, Randomness, error_chain};

use crate::fail::Failure;
use crate::out::say;

/// Whose the records of the built-in broker are.
pub(crate) const DEV_PROJECT: &str = "dev";

/// The broker, for as long as this lives.
pub(crate) struct DevKafka {
    broker: DevBroker,
    source: SourceConfig,
}

impl DevKafka {
    pub(crate) fn start(randomness: &Randomness) -> Result<Self, Failure> {
        let failed = |line: String| Failure::new(ExitCode::Failure, line);
        let broker = DevBroker::start().map_err(|error| failed(error_chain(&error)))?;
        let source = source(broker.address(), randomness).map_err(|error| failed(error.to_string()))?;
        Ok(Self { broker, source })
    }

    /// What reads it.
    pub(crate) fn source(&self) -> SourceConfig {
        self.source.clone()
    }

    /// Where it is, what it is good for and where it ends.
    pub(crate) fn announce(&self) -> Result<(), Failure> {
        let address = self.broker.address();
        say(format_args!(
            "  dev Kafka: {address}, topic {DEV_TOPIC}, read as PostHog events of the project {DEV_PROJECT}"
        ))?;
        say(format_args!(
            "    in memory only, {DEV_PARTITION_MEGABYTES} MB a partition, gone when this ends; try:"
        ))?;
        say(format_args!("    kcat -b {address} -t {DEV_TOPIC} -P < events.jsonl"))
    }
}

/// A name of its own each time: the positions of an earlier broker mean nothing in this one.
fn source(address: String, randomness: &Randomness) -> Result<SourceConfig, NameError> {
    let name: SourceName = format!("dev-{:08x}", randomness.below(1 << 32)).parse()?;
    let project: ProjectName = DEV_PROJECT.parse()?;
    Ok(SourceConfig {
        format: Format::PosthogEvent,
        kafka: KafkaConfig {
            brokers: vec![address],
            topics: vec![DEV_TOPIC.to_owned()],
            pattern: None,
            prefix: String::new(),
            suffix: String::new(),
            dead_letters: None,
            group: name.to_string(),
            start: Start::Earliest,
            properties: BTreeMap::new(),
        },
        name,
        project: ProjectMapping::Fixed(project),
        provenance: Provenance::Stranger,
    })
}
