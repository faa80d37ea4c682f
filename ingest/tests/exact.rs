//! Every record is counted once, as what it is.

use signalbox_ingest::{Counts, Format, ProjectMapping};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require, wait_until_async};

use crate::events::{exception, page_view, produce, produce_with_headers, record, storm};
use crate::house::{BOTH, House, PATIENCE, Running, config};

const SECRET: &str = "AKIAQ7XN2L5RTPB3ZKWD";

#[tokio::test(flavor = "multi_thread")]
async fn records_become_one_signal_and_what_cannot_be_read_is_kept_sealed() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let topic = format!("mixed-{base:?}").to_lowercase();
        cluster.create_topic_with(&topic, 3, 1, &[("max.message.bytes", "4000000")]).unwrap();
        produce(cluster, &topic, 3, &mixed());
        let running = house.run(&config(cluster, &topic, &topic)).await;
        let counts = running.until("all records are read", |counts| counts.read >= 319).await;
        let expect = Counts {
            read: 319,
            kept: 63,
            not_a_signal: 241,
            duplicate: 8,
            quarantined: 7,
            new_signals: 1,
            pauses: counts.pauses,
            ..Counts::default()
        };
        assert_eq!(counts, expect);
        assert_eq!(counts.read, counts.sum());
        every_count_adds_up(&house, &running, &topic).await;
        running.stop().await;

        let signals = house.signals().await;
        assert_eq!(signals.iter().map(|signal| signal.count).collect::<Vec<_>>(), [63]);
        let rows = house.quarantine().await;
        let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["field", "field", "field", "no-json", "no-json", "no-project", "too-large"]);
        let unread = rows.iter().find(|row| house.opened(row) == garbage()).unwrap();
        assert_eq!((unread.code.as_str(), unread.size), ("no-json", garbage().len() as u64));
        let large = rows.last().unwrap();
        assert_eq!((large.size, house.opened(large).len()), (2_000_000, 1 << 20));

        house.store.close().await;
        let kept = house.everything_kept();
        assert!(contains(&kept, "cart.py"), "the samples are among what is looked at");
        assert!(!contains(&kept, SECRET) && !contains(&kept, &to_hex(SECRET)), "a secret was kept in clear");
    }
}

/// By partition, and in the metrics: what was read is the sum of what became of it, and nothing is left to read.
async fn every_count_adds_up(house: &House, running: &Running, topic: &str) {
    let waited = wait_until_async("every partition is known to be read to its end", PATIENCE, async || {
        let partitions = running.status.now().partitions;
        partitions.len() == 3 && partitions.iter().all(|one| one.lag_records == Some(0))
    });
    waited.await.unwrap_or_else(|late| panic!("{late}: {:?}", running.status.now()));
    let status = running.status.now();
    let mut sum = Counts { pauses: status.counts.pauses, ..Counts::default() };
    for one in &status.partitions {
        assert_eq!((one.topic.as_str(), one.counts.read), (topic, one.counts.sum()), "{one:?}");
        assert_eq!((one.lag_seconds, u64::try_from(one.next).unwrap()), (Some(0), one.counts.read));
        sum += one.counts;
    }
    assert_eq!(sum, status.counts);
    assert!(status.batch_records > 0);

    let text = house.metrics.render();
    let of = |outcome: &str| -> u64 {
        let ours = |line: &&str| {
            line.starts_with("signalbox_ingest_records_total{")
                && line.contains(&format!("topic=\"{topic}\""))
                && line.contains(&format!("outcome=\"{outcome}\""))
        };
        let value = |line: &str| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap();
        text.lines().filter(ours).map(value).sum()
    };
    let outcomes = ["kept", "held", "overflow", "not_a_signal", "duplicate", "quarantined"].map(of);
    assert_eq!(outcomes, [63, 0, 0, 241, 8, 7], "{text}");
    assert_eq!(outcomes.iter().sum::<u64>(), status.counts.read);
    for partition in 0..3 {
        let lag = format!(
            "signalbox_ingest_lag_records{{source=\"events\",topic=\"{topic}\",partition=\"{partition}\"}} 0"
        );
        assert!(text.lines().any(|line| line == lag), "{lag} is missing in {text}");
    }
    assert!(text.contains("signalbox_ingest_commit_seconds_count{source=\"events\"}"), "{text}");
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn to_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn garbage() -> Vec<u8> {
    format!("{{\"event\": \"$exception\", key {SECRET}").into_bytes()
}

/// 60 exceptions and 3 odd ones, 8 of them sent again, 240 other events and a tombstone, 7 that cannot be used.
fn mixed() -> Vec<Option<Vec<u8>>> {
    let mut records = storm("e", 60);
    records.push(Some(exception(2, "secret", &format!("denied for {SECRET}"))));
    records.push(Some(exception(2, "nul", "a \0 in the text")));
    records.push(Some(exception(2, "long", &"x".repeat(300_000))));
    records.extend(storm("e", 8));
    records.extend((0..240).map(|n| Some(page_view(&format!("p-{n}")))));
    records.push(None);
    let no_list = serde_json::json!({"$exception_list": SECRET});
    records.extend([
        Some(garbage()),
        Some(Vec::new()),
        Some(record(2, "w1", "$exception", &serde_json::json!(["not", "an", "object"]))),
        Some(record(2, "w2", "$exception", &serde_json::json!(format!("{{broken {SECRET}")))),
        Some(record(2, "w3", "$exception", &no_list)),
        Some(exception(77, "stranger", SECRET)),
        Some(vec![b'['; 2_000_000]),
    ]);
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn a_records_headers_say_what_it_is() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    let Some(house) = House::new(BOTH[0]).await else { return };
    let topic = cluster.fresh_topic(1).unwrap();
    let mut config = config(cluster, &topic, &topic);
    config.sources[0].format = Format::Cloudevent;
    config.sources[0].project = ProjectMapping::Fixed("web".parse().unwrap());
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let headers = [
        ("ce_specversion", "1.0"),
        ("ce_id", "1"),
        ("ce_source", "/checkout"),
        ("CE_type", "com.example.slow"),
        ("traceparent", traceparent),
        ("unheard-of", "x"),
    ];
    produce_with_headers(cluster, &topic, &headers, br#"{"title":"checkout is slow"}"#);
    let running = house.run(&config).await;
    let counts = running.until("it is read", |counts| counts.read >= 1).await;
    assert_eq!((counts.kept, counts.quarantined), (1, 0), "{:?}", house.quarantine().await);
    running.stop().await;
    assert_eq!(house.signals().await[0].title.value, "checkout is slow");
}
