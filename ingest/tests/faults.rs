//! Nothing is lost or doubled, whatever ends or comes twice.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use signalbox_testkit::kafka::{Brokers, Cluster};
use signalbox_testkit::postgres::Server;
use signalbox_testkit::{Part, require, wait_until, wait_until_async};

use crate::events::{produce, storm};
use crate::house::{BOTH, Base, House, PATIENCE, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_broker_loses_and_doubles_nothing() {
    let Some(_) = require(Part::Kafka) else { return };
    let mut cluster = Cluster::start(Brokers::One).unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = cluster.fresh_topic(2).unwrap();
        produce(&cluster, &topic, 2, &storm("before", 2000));
        let running = house.run(&config(&cluster, &topic, &topic)).await;
        let counts = running.until("some records are read", |counts| counts.read > 0).await;
        cluster.kill_broker(1).unwrap();
        assert!(counts.read < 2000, "it was killed in the middle: {counts:?}");
        cluster.restart_broker(1).unwrap();
        produce(&cluster, &topic, 2, &storm("after", 1000));
        let counts = running.until("all records are kept", |counts| counts.kept >= 3000).await;
        assert_eq!((counts.read, counts.duplicate, counts.gaps), (3000, 0, 0), "{counts:?}");
        assert_eq!(house.count().await, 3000);
        running.stop().await;
    }
}

/// Two that read everything under one name, in two groups so that no rebalance parts them: each is the other's
/// zombie all the time. Then one of them dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_doubles_nothing() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = cluster.fresh_topic(3).unwrap();
        let one = house.run(&config(cluster, &topic, &format!("{topic}-one"))).await;
        let other = house.run(&config(cluster, &topic, &format!("{topic}-other"))).await;
        produce(cluster, &topic, 3, &without_ids(storm("z", 1500)));
        until_counted(&house, 1500).await;
        other.drop_dead().await;
        produce(cluster, &topic, 3, &without_ids(storm("y", 600)));
        until_counted(&house, 2100).await;
        // A record more than was sent would be counted before these last ones of the same partitions.
        produce(cluster, &topic, 3, &without_ids(storm("x", 3)));
        until_counted(&house, 2103).await;
        one.stop().await;
        assert_eq!(house.count().await, 2103);
    }
}

/// The same group: partitions move to the second, and back when it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn rebalances_lose_and_double_nothing() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = cluster.fresh_topic(4).unwrap();
        let config = config(cluster, &topic, &topic);
        produce(cluster, &topic, 4, &without_ids(storm("a", 2000)));
        let first = house.run(&config).await;
        first.until("the first reads", |counts| counts.read > 0).await;
        let second = house.run(&config).await;
        until_counted(&house, 2000).await;
        // The second reads only once partitions were handed over.
        let mut sent = 2000;
        let handed_over = wait_until_async("both read", PATIENCE, async || {
            produce(cluster, &topic, 4, &without_ids(storm("b", 40)));
            sent += 40;
            until_counted(&house, sent).await;
            second.status.counts().read > 0
        });
        handed_over.await.unwrap();
        first.drop_dead().await;
        produce(cluster, &topic, 4, &without_ids(storm("c", 400)));
        until_counted(&house, sent + 400).await;
        second.stop().await;
        assert_eq!(house.count().await, sent + 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_at_the_stores_position_whatever_the_group_says() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = cluster.fresh_topic(1).unwrap();
        let config = config(cluster, &topic, &topic);
        produce(cluster, &topic, 1, &without_ids(storm("r", 300)));
        let running = house.run(&config).await;
        running.until("all are kept", |counts| counts.kept >= 300).await;
        running.stop().await;
        set_group_back(cluster, &topic);
        produce(cluster, &topic, 1, &without_ids(storm("s", 20)));
        let running = house.run(&config).await;
        let counts = running.until("the new ones are kept", |counts| counts.kept >= 20).await;
        assert_eq!((counts.read, house.count().await), (20, 320));
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_made_anew_leaves_a_gap_and_is_read() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = cluster.fresh_topic(1).unwrap();
        let config = config(cluster, &topic, &topic);
        produce(cluster, &topic, 1, &storm("old", 30));
        let running = house.run(&config).await;
        running.until("all are kept", |counts| counts.kept >= 30).await;
        running.stop().await;
        cluster.delete_topic(&topic).unwrap();
        cluster.create_topic(&topic, 1, 1).unwrap();
        produce(cluster, &topic, 1, &storm("new", 7));
        let running = house.run(&config).await;
        let counts = running.until("the new ones are kept", |counts| counts.kept >= 7).await;
        assert_eq!((counts.read, counts.gaps), (7, 1));
        assert_eq!(house.quarantine().await.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["gap"]);
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_is_waited_for() {
    let Some((_, _)) = require(Part::Kafka).zip(require(Part::Postgres)) else { return };
    let cluster = Cluster::shared().unwrap();
    let mut server = Server::start().unwrap();
    let house = House::on(Some(server.database().unwrap())).await;
    let topic = cluster.fresh_topic(2).unwrap();
    let running = house.run(&config(cluster, &topic, &topic)).await;
    produce(cluster, &topic, 2, &without_ids(storm("up", 1000)));
    running.until("some are kept", |counts| counts.kept > 0).await;
    server.kill().unwrap();
    produce(cluster, &topic, 2, &without_ids(storm("down", 500)));
    running.until("it tried in vain", |counts| counts.retries > 0).await;
    server.restart().unwrap();
    until_counted(&house, 1500).await;
    running.stop().await;
    assert_eq!(house.count().await, 1500);
}

/// The other consumer holds the row of the position until this one is full and pauses, and then comes first.
#[tokio::test(flavor = "multi_thread")]
async fn a_race_lost_while_paused_is_recovered_from() {
    let Some((_, _)) = require(Part::Kafka).zip(require(Part::Postgres)) else { return };
    let cluster = Cluster::shared().unwrap();
    let house = House::new(Base::Postgres).await.unwrap();
    let database = house.database.as_ref().unwrap();
    let topic = cluster.fresh_topic(1).unwrap();
    let running = house.run(&config(cluster, &topic, &topic)).await;
    produce(cluster, &topic, 1, &without_ids(storm("first", 100)));
    running.until("all are kept", |counts| counts.kept >= 100).await;
    database.query("CREATE TABLE release (go int)").unwrap();
    std::thread::scope(|scope| {
        #[expect(clippy::disallowed_methods, reason = "another consumer, which ends with the test")]
        let other = scope.spawn(|| database.query(OTHER_CONSUMER).unwrap());
        let holds = || database.query(IS_HELD).unwrap().trim() == "t";
        wait_until("the other holds the position", PATIENCE, holds).unwrap();
        produce(cluster, &topic, 1, &without_ids(storm("second", 2000)));
        wait_until("ingest pauses", PATIENCE, || running.status.counts().pauses > 0).unwrap();
        database.query("INSERT INTO release VALUES (1)").unwrap();
        other.join().unwrap();
    });
    // The five that the other one moved past are its own to count.
    until_counted(&house, 2095).await;
    assert!(running.status.counts().dropped_batches > 0);
    running.stop().await;
}

const OTHER_CONSUMER: &str = "BEGIN; UPDATE stream_positions SET next_offset = next_offset + 5; \
    DO $$ BEGIN WHILE NOT EXISTS (SELECT 1 FROM release) LOOP PERFORM pg_sleep(0.01); END LOOP; END $$; COMMIT";
const IS_HELD: &str = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'stream_positions'::regclass \
    AND mode = 'RowExclusiveLock' AND granted)";

/// Without an id of its own a record that is read twice is counted twice: only positions protect it.
fn without_ids(records: Vec<Option<Vec<u8>>>) -> Vec<Option<Vec<u8>>> {
    let strip = |bytes: Vec<u8>| {
        let mut value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        value.as_object_mut().unwrap().remove("uuid");
        value.to_string().into_bytes()
    };
    records.into_iter().map(|record| record.map(strip)).collect()
}

async fn until_counted(house: &House, count: u64) {
    let waited = wait_until_async("all are counted", PATIENCE, async || {
        let page = signalbox_store::Page { before: None, size: 100 };
        let signals = house.store.signals_list(signalbox_store::ingest::SignalFilter::default(), page).await;
        // Unreadable while the database is away.
        signals.is_ok_and(|records| records.iter().map(|record| record.signal.count).sum::<u64>() >= count)
    });
    waited.await.unwrap();
    assert_eq!(house.count().await, count);
}

fn set_group_back(cluster: &Cluster, topic: &str) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("group.id", topic)
        .set("enable.auto.commit", "false")
        .create()
        .unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, 0, Offset::Offset(3)).unwrap();
    consumer.commit(&list, CommitMode::Sync).unwrap();
    let committed = consumer.committed_offsets(list, Duration::from_secs(10)).unwrap();
    assert_eq!(committed.find_partition(topic, 0).unwrap().offset(), Offset::Offset(3));
}
