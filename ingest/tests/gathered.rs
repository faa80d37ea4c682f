//! What is gathered of topics, over real Kafka: sessions of rows and clicks from two topics, counts of configured events, and
//! the signals that come of what is over. Killed in the middle and read by another, each counts once.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{IngestConfig, Judge, Judged, KafkaIngest, Until};
use signalbox_runtime::{Health, Shutdown};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require};

use crate::events::{produce, produce_at};
use crate::house::{BOTH, House};

const MINUTE: u64 = 60_000_000;

/// So many minutes before now, so that nothing is clamped.
fn minutes_ago(minutes: u64) -> Timestamp {
    let now = signalbox_runtime::Clock::system().now();
    now.minus(Duration::from_micros(minutes * MINUTE))
}

fn row(session: &str, from: u64, to: u64, url: &str, errors: u64) -> Value {
    json!({
        "uuid": "u", "session_id": session, "team_id": 2, "distinct_id": "ada@shop.example",
        "first_timestamp": minutes_ago(from).to_string(), "last_timestamp": minutes_ago(to).to_string(),
        "urls": [url], "console_error_count": errors, "click_count": 1,
    })
}

fn event(name: &str, person: &str, at: Timestamp, properties: &Value) -> Value {
    json!({
        "uuid": format!("{name}/{person}/{}", at.micros()), "team_id": 2, "event": name, "distinct_id": person,
        "timestamp": at.to_string(), "properties": properties.to_string(),
    })
}

fn rage_click(session: &str, at: Timestamp) -> Value {
    let properties = json!({
        "$event_type": "click", "$el_text": "Pay", "$session_id": session, "$current_url": "https://shop.example/cart",
        "$pathname": "/cart", "$elements": [{"tag_name": "button", "$el_text": "Pay", "attr__id": "pay"}],
    });
    event("$rageclick", "ada@shop.example", at, &properties)
}

fn bytes(records: Vec<Value>) -> Vec<Option<Vec<u8>>> {
    records.into_iter().map(|record| Some(record.to_string().into_bytes())).collect()
}

fn config(cluster: &Cluster, rows: &str, events: &str) -> IngestConfig {
    let source = |name: &str, format: &str, topic: &str| {
        json!({
            "name": name, "format": format, "project": {"teams": {"2": "web"}},
            "kafka": {
                "brokers": cluster.bootstrap().split(',').collect::<Vec<_>>(), "topics": [topic], "group": topic,
                "properties": {"session.timeout.ms": "6000"},
            },
        })
    };
    serde_json::from_value(json!({
        "sources": [source("rows", "posthog_replay", rows), source("events", "posthog_event", events)],
        "replay": {"errors": 5, "click_before_end": "2m", "routes": ["/pay/:id"]},
        "funnels": [{"name": "checkout", "source": "events", "steps": ["cart viewed", "paid"], "window": "10m", "people": 20}],
        "metrics": [{"name": "payments", "source": "events", "events": ["paid"], "window": "10m"}],
        "batch": {"records": 7, "wait": "20ms"},
    }))
    .unwrap()
}

async fn read_all(house: &House, config: &IngestConfig) -> u64 {
    let mut read = 0;
    for source in &config.sources {
        let shutdown = Shutdown::new();
        let ingest =
            KafkaIngest::new(source.clone(), config, house.setup(house.other_store().await, &shutdown));
        let status = ingest.status();
        ingest.run(Until::CaughtUp, Health::default().register("kafka"), shutdown.into()).await.unwrap();
        let counts = status.counts();
        assert_eq!(counts.read, counts.sum(), "{counts:?}");
        read += counts.read;
    }
    read
}

async fn judged(house: &House, config: &IngestConfig) -> Judged {
    let judge = Judge::new(config, house.setup(house.other_store().await, &Shutdown::new()));
    judge.pass(signalbox_runtime::Clock::system().now()).await.unwrap().report
}

async fn told(house: &House) -> Vec<(String, String, u64, Option<u64>)> {
    let signals = house.signals().await;
    let mut told: Vec<_> = signals
        .into_iter()
        .map(|one| (one.key.kind.to_string(), one.title.value, one.count, one.users))
        .collect();
    told.sort();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_of_two_topics_are_judged_once_they_are_over() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let (rows, events) = (cluster.fresh_topic(1).unwrap(), cluster.fresh_topic(1).unwrap());
        let config = config(cluster, &rows, &events);
        let cart = "https://shop.example/cart?email=ada@shop.example";
        let written = minutes_ago(120);
        let first = vec![
            row("angry", 200, 190, cart, 0),
            row("broken", 200, 195, cart, 3),
            row("calm", 200, 190, cart, 1),
            row("gone", 200, 190, "https://shop.example/pay/8812", 0),
        ];
        produce_at(cluster, &rows, written, &bytes(first));
        produce_at(cluster, &events, written, &bytes(vec![rage_click("angry", minutes_ago(191))]));
        assert_eq!(read_all(&house, &config).await, 5);
        // Another process reads on: what was gathered is there.
        let more = vec![row("broken", 195, 180, cart, 4), row("open", 130, 125, cart, 99)];
        produce_at(cluster, &rows, written, &bytes(more));
        assert_eq!(read_all(&house, &config).await, 2);

        let report = judged(&house, &config).await;
        assert_eq!(
            (report.sessions, report.told),
            (4, 3),
            "one is not over: it ended 5 minutes before the newest row"
        );
        let ended = |kind: &str, title: &str| (kind.to_owned(), title.to_owned(), 1, Some(1));
        let click = told(&house).await.into_iter().find(|one| one.0 == "rage_click");
        assert!(click.is_some(), "the click is a signal of its own, too");
        let mut of_sessions = told(&house).await;
        of_sessions.retain(|one| one.0 != "rage_click");
        assert_eq!(
            of_sessions,
            [
                ended("error_heavy_session", "Sessions full of errors that end on /cart"),
                ended("left_after_click", "Left after a click that nothing answered on /cart"),
                ended("left_on_route", "Left on /pay/:id"),
            ]
        );
        assert_eq!(judged(&house, &config).await, Judged::default(), "judged once");
        let kept = house.everything_kept();
        assert!(
            !kept.windows(16).any(|window| window == b"ada@shop.example"),
            "whose it is was kept in clear"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_who_go_on_are_a_signal_once_the_window_is_over() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let (rows, events) = (cluster.fresh_topic(1).unwrap(), cluster.fresh_topic(2).unwrap());
        let config = config(cluster, &rows, &events);
        let window = |ago: u64| ten_minutes_of(minutes_ago(ago));
        let mut records = Vec::new();
        for (ago, paid) in [(100, 24), (90, 26), (80, 25), (70, 25), (60, 25), (50, 2)] {
            let at = window(ago).plus(Duration::from_secs(60));
            for n in 0..30 {
                let person = format!("{ago}-{n}");
                records.push(event("cart viewed", &person, at, &json!({})));
                // Somebody who looks twice is one of the people.
                records.push(event("cart viewed", &person, at.plus(Duration::from_secs(1)), &json!({})));
                if n < paid {
                    records.push(event("paid", &person, at.plus(Duration::from_secs(30)), &json!({})));
                }
            }
        }
        let many = u64::try_from(records.len()).unwrap();
        produce(cluster, &events, 2, &bytes(records));
        assert_eq!(read_all(&house, &config).await, many);
        let report = judged(&house, &config).await;
        assert!(report.windows > 0 && report.told == 1, "{report:?}");
        let told = told(&house).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            (told[0].0.as_str(), told[0].1.as_str()),
            ("funnel_drop", "Fewer people go on from cart viewed to paid (checkout)")
        );
        assert_eq!(judged(&house, &config).await, Judged::default(), "each window is judged once");
    }
}

/// The beginning of the ten minutes that a moment falls into.
fn ten_minutes_of(at: Timestamp) -> Timestamp {
    let span = i64::try_from(10 * MINUTE).unwrap();
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(span))
}
