//! Reading that ends by itself: all that was there, no broker, no topic. And the built-in broker, as any other.

use signalbox_ingest::{DEV_TOPIC, DevBroker, probe};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require};

use crate::events::{exception, produce, storm};
use crate::house::{Base, House, config, config_at};

#[tokio::test(flavor = "multi_thread")]
async fn all_that_was_there_is_read_and_then_it_ends() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    let house = House::new(Base::Sqlite).await.unwrap();
    cluster.create_topic("caught-up", 3, 1).unwrap();
    produce(cluster, "caught-up", 3, &storm("first", 40));
    let config = config(cluster, "caught-up", "caught-up");
    probe(&config.sources[0].kafka, std::time::Duration::from_secs(10)).unwrap();
    assert_eq!(house.catch_up(&config).await.unwrap().read, 40);
    produce(cluster, "caught-up", 3, &storm("second", 2));
    assert_eq!(house.catch_up(&config).await.unwrap().read, 2, "it goes on where it ended");
    assert_eq!(house.count().await, 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_broker_answers_it_ends_and_says_so() {
    let house = House::new(Base::Sqlite).await.unwrap();
    let config = config_at("127.0.0.1:1", "events", "nobody");
    let error = house.catch_up(&config).await.unwrap_err();
    assert!(error.is_unreachable(), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_built_in_broker_is_read_like_any_other() {
    let broker = DevBroker::start().unwrap();
    let house = House::new(Base::Sqlite).await.unwrap();
    let config = config_at(&broker.address(), DEV_TOPIC, "dev");
    let kafka = &config.sources[0].kafka;
    probe(kafka, std::time::Duration::from_secs(10)).unwrap();
    let missing = signalbox_ingest::KafkaConfig { topics: vec!["not-there".to_owned()], ..kafka.clone() };
    let error = probe(&missing, std::time::Duration::from_secs(10)).unwrap_err().to_string();
    assert!(error.contains("no topic not-there"), "{error}");
    let record = |n: u32| {
        let payload = exception(2, &format!("dev-{n}"), "no price");
        (n.to_string(), String::from_utf8(payload).unwrap())
    };
    signalbox_ingest::produce(&broker.address(), &(0..5).map(record).collect::<Vec<_>>()).unwrap();
    let running = house.run(&config).await;
    running.until("five are read", |counts| counts.kept == 5).await;
    running.stop().await;
    assert_eq!(house.count().await, 5);
}
