//! Kafka is real, is a test's own, and loses nothing that it acknowledged.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use signalbox_testkit::kafka::{Brokers, Cluster, KafkaError};
use signalbox_testkit::{Part, require, timed, wait_for, wait_until};

const PATIENCE: Duration = Duration::from_secs(90);
const POLL: Duration = Duration::from_millis(50);

/// Counts what Kafka acknowledged.
#[derive(Clone, Default)]
struct Acknowledged(Arc<AtomicU32>);

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Produces the numbers of a range, each as a record of its own, and returns how many were acknowledged by
/// all copies in step.
fn produce(bootstrap: &str, topic: &str, numbers: std::ops::Range<u32>) -> Result<u32> {
    let acknowledged = Acknowledged::default();
    let producer: BaseProducer<Acknowledged> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .create_with_context(acknowledged.clone())?;
    for number in numbers {
        let text = number.to_string();
        producer
            .send(BaseRecord::to(topic).key(&text).payload(&text))
            .map_err(|(error, _)| error)
            .context("queueing a record")?;
    }
    producer.flush(PATIENCE)?;
    Ok(acknowledged.0.load(Ordering::Relaxed))
}

fn consumer(bootstrap: &str, group: &str) -> Result<BaseConsumer> {
    let consumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", group)
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "false")
        .create()?;
    Ok(consumer)
}

/// Consumes by group until `wanted` records came, commits them and returns their numbers in the order in
/// which they came.
fn consume(bootstrap: &str, group: &str, topic: &str, wanted: usize) -> Result<Vec<u32>> {
    let consumer = consumer(bootstrap, group)?;
    consumer.subscribe(&[topic])?;
    let mut numbers = Vec::new();
    wait_until("the records came", PATIENCE, || {
        while numbers.len() < wanted {
            // A broker that is away for a moment is an error here, and the next poll finds it again.
            let Some(Ok(message)) = consumer.poll(POLL) else { return false };
            let text = message.payload().map(String::from_utf8_lossy).unwrap_or_default();
            numbers.extend(text.parse::<u32>().ok());
        }
        true
    })?;
    consumer.commit_consumer_state(CommitMode::Sync)?;
    Ok(numbers)
}

/// The committed offset of every partition, added up.
fn committed(bootstrap: &str, group: &str, topic: &str, partitions: i32) -> Result<i64> {
    let mut wanted = TopicPartitionList::new();
    wanted.add_partition_range(topic, 0, partitions - 1);
    let consumer = consumer(bootstrap, group)?;
    let found = wait_for("the group's coordinator answers", PATIENCE, || {
        consumer.committed_offsets(wanted.clone(), Duration::from_secs(5)).ok()
    })?;
    Ok(found
        .elements()
        .iter()
        .filter_map(|element| element.offset().to_raw())
        .filter(|offset| *offset > 0)
        .sum())
}

/// A client that has never heard of the cluster gets its answer at the first question, and every partition has a leader.
fn serves_at_once(bootstrap: &str, topic: &str) -> Result<()> {
    let stranger = consumer(bootstrap, "strangers")?;
    let metadata = stranger.fetch_metadata(Some(topic), Duration::from_secs(2))?;
    let topic = metadata.topics().first().context("the topic")?;
    ensure!(topic.partitions().iter().all(|partition| partition.leader() > 0));
    Ok(())
}

/// Somebody else has the killed broker's port, and lets go of it when the broker has noticed.
fn restart_where_the_port_is_taken(cluster: &mut Cluster) -> Result<()> {
    let taken = TcpListener::bind(cluster.bootstrap())?;
    let log = cluster.folder().join("broker-1-0.log");
    std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "somebody else, who ends with the test")]
        let somebody = scope.spawn(move || {
            let noticed =
                || std::fs::read_to_string(&log).is_ok_and(|text| text.contains("Address already in use"));
            let result = wait_until("the broker noticed", PATIENCE, noticed);
            drop(taken);
            result
        });
        cluster.restart_broker(1)?;
        somebody.join().map_err(|_| anyhow::anyhow!("the port's holder panicked"))??;
        Ok(())
    })
}

fn distinct(numbers: &[u32]) -> BTreeSet<u32> {
    numbers.iter().copied().collect()
}

#[test]
fn one_broker_loses_nothing_by_a_kill() -> Result<()> {
    let Some(_) = require(Part::Kafka) else { return Ok(()) };
    let mut cluster = Cluster::start(Brokers::One)?;
    let bootstrap = cluster.bootstrap();
    cluster.create_topic("orders", 3, 1)?;
    ensure!(produce(&bootstrap, "orders", 0..1000)? == 1000);
    let first = consume(&bootstrap, "readers", "orders", 400)?;
    ensure!(committed(&bootstrap, "readers", "orders", 3)? == 400);

    cluster.kill_broker(1)?;
    let (restarted, took) = timed(|| cluster.restart_broker(1));
    restarted?;
    println!("one broker serves {took:?} after kill -9 and restart");
    serves_at_once(&bootstrap, "orders")?;

    ensure!(committed(&bootstrap, "readers", "orders", 3)? == 400);
    ensure!(produce(&bootstrap, "orders", 1000..1200)? == 200);
    let second = consume(&bootstrap, "readers", "orders", 800)?;
    let all = [first, second].concat();
    ensure!(all.len() == 1200 && distinct(&all) == (0..1200).collect(), "lost or doubled");
    ensure!(matches!(cluster.restart_broker(1), Err(KafkaError::AlreadyRuns { node: 1 })));
    ensure!(matches!(cluster.kill_broker(2), Err(KafkaError::NoSuchBroker { node: 2 })));

    cluster.kill_broker(1)?;
    restart_where_the_port_is_taken(&mut cluster)?;
    serves_at_once(&bootstrap, "orders")
}

#[test]
fn three_brokers_go_on_without_one_and_come_back_from_the_loss_of_all() -> Result<()> {
    let Some(_) = require(Part::Kafka) else { return Ok(()) };
    let mut cluster = Cluster::start(Brokers::Three)?;
    let bootstrap = cluster.bootstrap();
    cluster.create_topic("orders", 3, 3)?;
    ensure!(produce(&bootstrap, "orders", 0..500)? == 500);

    let leader = cluster.leader("orders", 0)?;
    cluster.kill_broker(leader)?;
    ensure!(produce(&bootstrap, "orders", 500..1000)? == 500);
    ensure!(cluster.leader("orders", 0)? != leader);
    let (restarted, took) = timed(|| cluster.restart_broker(leader));
    restarted?;
    cluster.settle("orders")?;
    println!("one broker of three serves {took:?} after kill -9 and restart");

    cluster.stop_broker(1)?;
    cluster.kill_broker(2)?;
    cluster.kill_broker(3)?;
    cluster.restart_brokers(&[1, 2, 3])?;
    cluster.settle("orders")?;
    let all = consume(&bootstrap, "readers", "orders", 1000)?;
    ensure!(distinct(&all) == (0..1000).collect());
    Ok(())
}

#[test]
fn topics_come_and_go() -> Result<()> {
    let Some(_) = require(Part::Kafka) else { return Ok(()) };
    let cluster = Cluster::shared()?;
    let one = cluster.fresh_topic(2)?;
    let other = cluster.fresh_topic(1)?;
    ensure!(one != other);
    ensure!(produce(&cluster.bootstrap(), &one, 0..10)? == 10);
    ensure!(produce(&cluster.bootstrap(), &other, 10..15)? == 5);
    let found = consume(&cluster.bootstrap(), "readers-of-other", &other, 5)?;
    ensure!(distinct(&found) == (10..15).collect(), "{found:?}");

    cluster.delete_topic(&one)?;
    cluster.create_topic_with(&one, 1, 1, &[("retention.ms", "60000")])?;
    ensure!(produce(&cluster.bootstrap(), &one, 20..22)? == 2);
    let found = consume(&cluster.bootstrap(), "readers-of-one", &one, 2)?;
    ensure!(distinct(&found) == [20, 21].into(), "{found:?}");

    let refused = cluster.create_topic(&one, 1, 1).err().context("it is there already")?;
    ensure!(refused.to_string().contains("TopicAlreadyExists"), "{refused}");
    let refused = cluster.create_topic_with("odd", 1, 1, &[("no.such.setting", "1")]);
    ensure!(matches!(refused, Err(KafkaError::Refused { .. })));
    Ok(())
}
