//! The limit: a consumer of librdkafka that counts the records of a topic, and ends. A process of its own, so that it is
//! measured as ours is.

use std::time::Duration;

use anyhow::{Context, ensure};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::metadata::MetadataTopic;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

const ASK: Duration = Duration::from_secs(10);

/// Counts so many records of a topic, all of its partitions from their beginning.
pub fn run(brokers: &str, topic: &str, records: &str) -> anyhow::Result<()> {
    let records: u64 = records.parse().context("a number of records")?;
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "bare")
        .set("enable.auto.commit", "false")
        .set("fetch.message.max.bytes", "4194304")
        .set("queued.min.messages", "200000")
        .create()
        .context("a consumer")?;
    let metadata = consumer.fetch_metadata(Some(topic), ASK).context("asking for the topic")?;
    let mut all = TopicPartitionList::new();
    for partition in metadata.topics().iter().flat_map(MetadataTopic::partitions) {
        all.add_partition_offset(topic, partition.id(), Offset::Beginning)?;
    }
    consumer.assign(&all).context("taking the partitions")?;
    let mut counted = 0;
    while counted < records {
        let message = consumer.poll(ASK).context("nothing more came")?;
        message.context("reading")?;
        counted += 1;
    }
    ensure!(counted == records, "{counted} records came, {records} were there");
    Ok(())
}
