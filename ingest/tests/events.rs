//! Invented records in PostHog's shape, and what puts them on a topic.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde_json::{Value, json};
use signalbox_domain::time::Timestamp;
use signalbox_testkit::kafka::Cluster;

/// One exception of the one bug that the tests are about.
pub(crate) fn exception(team: i64, uuid: &str, message: &str) -> Vec<u8> {
    let frames = json!([
        {"platform": "python", "function": "handle", "module": "shop.web", "filename": "shop/web.py", "lineno": 12, "in_app": true},
        {"platform": "python", "function": "total", "module": "shop.cart", "filename": "shop/cart.py", "lineno": 40, "in_app": true},
    ]);
    let properties = json!({
        "$exception_list": [{"type": "ValueError", "value": message, "stacktrace": {"type": "raw", "frames": frames}}],
        "$exception_fingerprint": "cart-total", "$lib": "python", "$current_url": "https://shop.example/cart",
    });
    record(team, uuid, "$exception", &Value::String(properties.to_string()))
}

pub(crate) fn page_view(uuid: &str) -> Vec<u8> {
    record(2, uuid, "$pageview", &Value::String(json!({"$current_url": "https://shop.example/"}).to_string()))
}

pub(crate) fn record(team: i64, uuid: &str, event: &str, properties: &Value) -> Vec<u8> {
    let record = json!({
        "uuid": uuid, "team_id": team, "event": event, "distinct_id": "someone", "properties": properties,
        "timestamp": "2026-11-21 08:30:00.000000",
    });
    record.to_string().into_bytes()
}

/// Puts records on a topic, one partition after the other, and returns once all copies have them. None is a
/// tombstone.
pub(crate) fn produce(cluster: &Cluster, topic: &str, partitions: i32, records: &[Option<Vec<u8>>]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("message.max.bytes", "4000000")
        .create()
        .unwrap();
    for (partition, record) in (0..partitions).cycle().zip(records) {
        let mut outgoing = BaseRecord::<(), [u8]>::to(topic).partition(partition);
        outgoing.payload = record.as_deref();
        producer.send(outgoing).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(producer.in_flight_count(), 0);
}

/// Puts records on a topic's first partition, as if they had been written then.
pub(crate) fn produce_at(cluster: &Cluster, topic: &str, written: Timestamp, records: &[Option<Vec<u8>>]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .create()
        .unwrap();
    for record in records {
        let mut outgoing = BaseRecord::<(), [u8]>::to(topic).partition(0).timestamp(written.micros() / 1000);
        outgoing.payload = record.as_deref();
        producer.send(outgoing).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(producer.in_flight_count(), 0);
}

/// So many exceptions, each a record of its own.
pub(crate) fn storm(name: &str, count: usize) -> Vec<Option<Vec<u8>>> {
    (0..count)
        .map(|n| Some(exception(2, &format!("{name}-{n}"), &format!("no price for item {n}"))))
        .collect()
}

/// Puts one record with headers on a topic's first partition.
pub(crate) fn produce_with_headers(cluster: &Cluster, topic: &str, headers: &[(&str, &str)], record: &[u8]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", cluster.bootstrap())
        .set("acks", "all")
        .create()
        .unwrap();
    let headers = headers
        .iter()
        .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(Header { key, value: Some(*value) }));
    let outgoing = BaseRecord::<(), [u8]>::to(topic).partition(0).payload(record).headers(headers);
    producer.send(outgoing).map_err(|(error, _)| error).unwrap();
    producer.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(producer.in_flight_count(), 0);
}
