//! Invented records in PostHog's shape, and what puts them on a topic.

use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde_json::json;

/// One exception of the one bug that the tests are about.
pub(crate) fn exception(uuid: &str, user: &str) -> String {
    let frames = json!([
        {"platform": "python", "function": "handle", "module": "shop.web", "filename": "shop/web.py", "lineno": 12, "in_app": true},
        {"platform": "python", "function": "total", "module": "shop.cart", "filename": "shop/cart.py", "lineno": 40, "in_app": true},
    ]);
    let properties = json!({
        "$exception_list": [{"type": "ZeroDivisionError", "value": "division by zero",
            "stacktrace": {"type": "raw", "frames": frames}}],
        "$exception_fingerprint": "cart-total", "$lib": "python", "$current_url": "https://shop.example/cart",
    });
    let record = json!({
        "uuid": uuid, "team_id": 2, "event": "$exception", "distinct_id": user, "properties": properties.to_string(),
        "timestamp": "2026-11-21 08:30:00.000000",
    });
    record.to_string()
}

pub(crate) fn page_view(uuid: &str) -> String {
    let record = json!({
        "uuid": uuid, "team_id": 2, "event": "$pageview", "distinct_id": "someone", "properties": "{}",
        "timestamp": "2026-11-21 08:30:00.000000",
    });
    record.to_string()
}

/// Puts records on a topic and returns once the broker has them.
pub(crate) fn produce(brokers: &str, topic: &str, records: &[String]) {
    let producer: BaseProducer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .create()
        .unwrap();
    for record in records {
        let outgoing = BaseRecord::<(), str>::to(topic).payload(record);
        producer.send(outgoing).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(Duration::from_secs(60)).unwrap();
    assert_eq!(producer.in_flight_count(), 0);
}
