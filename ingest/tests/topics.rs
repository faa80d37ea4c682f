//! Which topics are read, and where what cannot be read goes.

use std::time::Duration;

use rdkafka::Message as _;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Headers as _;
use serde_json::json;
use signalbox_ingest::{DeadLetters, IngestConfig};
use signalbox_runtime::{Clock, Shutdown};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require};

use crate::events::{exception, produce};
use crate::house::{BOTH, House, config};

fn with(mut config: IngestConfig, kafka: &serde_json::Value) -> IngestConfig {
    let mut value = serde_json::to_value(&config.sources[0].kafka).unwrap();
    value.as_object_mut().unwrap().extend(kafka.as_object().unwrap().clone());
    config.sources[0].kafka = serde_json::from_value(value).unwrap();
    config.check().unwrap();
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pattern_reads_topics_that_come_later_and_never_its_own_letters() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    let Some(house) = House::new(BOTH[0]).await else { return };
    let (first, later, letters, other) = ("pat.one_eu", "pat.two_eu", "pat.letters_eu", "patXone_eu");
    for topic in [first, letters, other] {
        cluster.create_topic_with(topic, 1, 1, &[]).unwrap();
    }
    let one = |id: &str| Some(exception(2, id, "no price"));
    produce(cluster, first, 1, &[one("a"), Some(b"nonsense".to_vec())]);
    produce(cluster, other, 1, &[one("b")]);
    produce(cluster, letters, 1, &[one("c")]);
    let kafka = json!({
        "topics": [], "pattern": "[a-z]+", "prefix": "pat.", "suffix": "_eu", "dead_letters": letters,
        "properties": {"topic.metadata.refresh.interval.ms": "500", "session.timeout.ms": "6000"},
    });
    let config = with(config(cluster, "unused", "pattern"), &kafka);
    let running = house.run(&config).await;
    running.until("the first topic is read", |counts| counts.read == 2).await;
    cluster.create_topic_with(later, 1, 1, &[]).unwrap();
    produce(cluster, later, 1, &[one("d"), one("e")]);
    let counts = running.until("the later topic is read", |counts| counts.read >= 4).await;
    assert_eq!((counts.kept, counts.quarantined), (3, 1));
    let topics: Vec<String> = running.status.now().partitions.into_iter().map(|one| one.topic).collect();
    assert_eq!(topics, [first, later], "neither another name nor its own letters");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_written_to_the_topic_for_it_with_its_place_and_reason() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let (topic, letters) = (cluster.fresh_topic(1).unwrap(), cluster.fresh_topic(1).unwrap());
        let garbage = b"{\"event\": \"$exception\", \xff".to_vec();
        let records =
            [Some(exception(2, "a", "no price")), Some(garbage.clone()), Some(exception(77, "b", "x"))];
        produce(cluster, &topic, 1, &records);
        let config = with(config(cluster, &topic, &topic), &json!({"dead_letters": letters}));
        house.catch_up(&config).await.unwrap();
        assert_eq!(read(cluster, &letters, 0), [], "written by a pass of its own");

        let setup = house.setup(house.other_store().await, &Shutdown::new());
        let pass = DeadLetters::of(&config, &setup).unwrap();
        let report = pass.pass(Clock::system().now()).await.unwrap().report;
        assert_eq!((report.written, report.unopened), (2, 0));
        let mut written = read(cluster, &letters, 2);
        written.sort_by_key(|(headers, _)| headers["signalbox-offset"].clone());
        let rows = house.quarantine().await;
        assert_eq!(rows.len(), 2, "they lie in quarantine all the same");
        let (headers, bytes) = &written[0];
        assert_eq!(*bytes, garbage, "byte for byte");
        let expect = [
            ("signalbox-source", "events"),
            ("signalbox-topic", topic.as_str()),
            ("signalbox-partition", "0"),
            ("signalbox-offset", "1"),
            ("signalbox-code", "no-json"),
        ];
        for (name, value) in expect {
            assert_eq!(headers[name], value, "{name}");
        }
        assert!(rows.iter().any(|row| row.id.to_string() == headers["signalbox-id"]));
        assert_eq!(written[1].0["signalbox-reason"], "no project is set for team 77");
        let again = pass.pass(Clock::system().now()).await.unwrap().report;
        assert_eq!(again, report, "each is handed on once");
        assert_eq!(read(cluster, &letters, 2).len(), 2);
    }
}

type Letter = (std::collections::BTreeMap<String, String>, Vec<u8>);

/// What a topic's partition has, once it has at least so many.
fn read(cluster: &Cluster, topic: &str, least: usize) -> Vec<Letter> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("group.id", "reader")
        .set("auto.offset.reset", "earliest")
        .create()
        .unwrap();
    let mut list = rdkafka::TopicPartitionList::new();
    list.add_partition_offset(topic, 0, rdkafka::Offset::Beginning).unwrap();
    consumer.assign(&list).unwrap();
    let (_, end) = consumer.fetch_watermarks(topic, 0, Duration::from_secs(20)).unwrap();
    assert!(usize::try_from(end).unwrap() >= least, "{end}");
    let mut all = Vec::new();
    while all.len() < usize::try_from(end).unwrap() {
        let message = consumer.poll(Duration::from_secs(20)).unwrap().unwrap();
        let headers = message.headers().unwrap().iter();
        let text = |value: &[u8]| String::from_utf8(value.to_vec()).unwrap();
        let headers = headers.map(|one| (one.key.to_owned(), text(one.value.unwrap()))).collect();
        all.push((headers, message.payload().unwrap().to_vec()));
    }
    all
}

/// Commits an offset for the group, as a consumer that was there before would have.
fn left_at(cluster: &Cluster, group: &str, topic: &str, offset: i64) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("group.id", group)
        .create()
        .unwrap();
    let mut list = rdkafka::TopicPartitionList::new();
    list.add_partition_offset(topic, 0, rdkafka::Offset::Offset(offset)).unwrap();
    consumer.commit(&list, rdkafka::consumer::CommitMode::Sync).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_begins_where_the_database_is_else_the_group_else_the_settings() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    let Some(house) = House::new(BOTH[0]).await else { return };
    let one = |n: usize| Some(exception(2, &format!("r-{n}"), "no price"));
    for (end, group_at, expect) in [
        ("earliest", None, 5),
        ("latest", None, 1),
        ("earliest", Some(3), 2),
        ("latest", Some(3), 2),
        ("earliest", Some(99), 5),
    ] {
        let topic = cluster.fresh_topic(1).unwrap();
        let records: Vec<_> = (0..4).map(one).collect();
        produce(cluster, &topic, 1, &records);
        if let Some(at) = group_at {
            left_at(cluster, &topic, &topic, at);
        }
        let mut config = with(config(cluster, &topic, &topic), &json!({"start": end}));
        config.sources[0].name = topic.parse().unwrap();
        let running = house.run(&config).await;
        let waited = signalbox_testkit::wait_until_async(
            "the partition was begun",
            crate::house::PATIENCE,
            async || !house.store.positions_load(&config.sources[0].name).await.unwrap().is_empty(),
        );
        waited.await.unwrap();
        produce(cluster, &topic, 1, &[one(4)]);
        let counts = running.until("the last record is read", |counts| counts.read >= expect).await;
        assert_eq!(counts.read, expect, "{end} {group_at:?}");
        running.stop().await;
        // From now on the database alone counts, whatever the group says.
        left_at(cluster, &topic, &topic, 0);
        produce(cluster, &topic, 1, &[one(5)]);
        assert_eq!(house.catch_up(&config).await.unwrap().read, 1, "{end} {group_at:?}");
    }
}
