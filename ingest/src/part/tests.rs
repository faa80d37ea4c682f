//! Batches of records of several items, and the part that each becomes.

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::HoldReason;
use signalbox_redact::{Config, Redactor};
use signalbox_runtime::{Clock, IdSource, Randomness, SealingKeys};

use super::*;
use crate::formats::TEXT_LIMIT;
use crate::formats::tests::damaged;
use crate::holds::HoldConfig;
use crate::kafka::{Begun, Partition};

fn source(format: &str, project: &Value) -> SourceConfig {
    serde_json::from_value(json!({
        "name": "events", "format": format, "provenance": "signed_source", "project": project,
        "kafka": {"brokers": ["localhost:9092"], "topics": ["events"], "group": "signalbox"},
    }))
    .unwrap()
}

/// The part of some records, each at the offset of its place.
fn part_of(format: &str, project: &Value, records: &[Value]) -> Part {
    let records: Vec<Vec<u8>> = records.iter().map(|record| record.to_string().into_bytes()).collect();
    part_of_bytes(format, project, &records)
}

/// The same of bytes that may be anything.
fn part_of_bytes(format: &str, project: &Value, records: &[Vec<u8>]) -> Part {
    let source = source(format, project);
    let (clock, _) = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let randomness = Randomness::seeded(7);
    let keys = SealingKeys::from_text("test", &"00112233".repeat(8), randomness.clone()).unwrap();
    let redactor = Redactor::new(&Config::default()).unwrap();
    let ids = IdSource::new(clock.clone(), randomness);
    let stream = Stream {
        source: source.name.clone(),
        cluster: "c".to_owned(),
        topic: "events".to_owned(),
        topic_id: "events".to_owned(),
        partition: 0,
    };
    let projects = ["web", "shop"].map(|name| (name.parse().unwrap(), ids.next()));
    let holds = HoldConfig::default();
    let context = PartContext {
        source: &source,
        stream: &stream,
        projects: &projects.into(),
        fingerprints: &FingerprintConfig::default(),
        gathering: &Gathering::default(),
        fold: FoldContext::new(&redactor, &ids, &keys, &holds, clock.now()),
    };
    let records: Vec<RawRecord> = (0..)
        .zip(records)
        .map(|(offset, record)| RawRecord {
            offset,
            size: record.len(),
            bytes: Some(record.clone()),
            headers: Vec::new(),
            written_at: None,
        })
        .collect();
    let begun = Begun { partition: Partition { topic: "events".into(), number: 0 }, turn: 1 };
    let end = i64::try_from(records.len()).unwrap();
    let batch = Batch { begun, records, bytes: 0, passed_over: 0, end, written_at: None };
    part(&batch, None, &context).unwrap()
}

fn exception(id: &str) -> Value {
    let list = json!([{"type": "TypeError", "value": "password=hunter2hunter2 is wrong"}]);
    json!({"uuid": id, "event": "$exception", "properties": {"$exception_list": list}})
}

/// What was read is what was kept, let go or refused.
fn assert_sum(part: &Part) {
    let kept: usize = part.part.folds.iter().map(|fold| fold.records.len()).sum();
    let counted = u64::try_from(kept + part.part.quarantined.len()).unwrap() + part.not_a_signal;
    assert_eq!(part.read, counted);
}

#[test]
fn a_record_of_several_items_is_several_records_of_signals() {
    let batch = json!({"batch": [exception("a"), exception("b"), {"event": "$pageview"}, {"event": 3}, {"event": "$exception"}]});
    let records = [batch, json!({"batch": []}), json!("nonsense"), exception("c")];
    let part = part_of("posthog_sdk", &json!({"fixed": "web"}), &records);
    assert_sum(&part);
    assert_eq!((part.read, part.not_a_signal), (7, 2));
    let [fold] = &part.part.folds[..] else { panic!("{:?}", part.part.folds) };
    assert_eq!(fold.records.len(), 3);
    assert!(fold.records.iter().all(|record| record.mark.is_some()));
    assert_eq!(fold.title.from, Provenance::Stranger, "a public key proves nothing, whatever the source is");
    assert!(!format!("{fold:?}").contains("hunter2"), "{fold:?}");
    let words: Vec<&str> = part.part.quarantined.iter().map(|row| row.words.as_str()).collect();
    assert!(words[0].contains("batch[3]") && words[0].ends_with("; and 1 more of this record"), "{words:?}");
    assert_eq!(words.len(), 2, "one row a record, however much of it was refused");
}

#[test]
fn alerts_of_projects_that_nobody_set_are_refused_once() {
    let alert = |project: &str| json!({"labels": {"alertname": "Slow", "project": project}});
    let group = json!({"alerts": [alert("web"), alert("other"), alert("shop"), alert("another")]});
    let part = part_of("alertmanager", &json!({"named": ["web", "shop"]}), &[group]);
    assert_sum(&part);
    assert_eq!((part.part.folds.len(), part.part.quarantined.len()), (2, 1));
    assert_eq!(part.part.quarantined[0].code, "no-project");
}

#[test]
fn the_newest_says_whether_a_signal_is_held() {
    let alert = |status: &str, at: &str| json!({"alerts": [{"status": status, "fingerprint": "f", "labels": {"alertname": "Slow"}, "startsAt": at, "endsAt": at}]});
    let fired = alert("firing", "2026-11-21T08:30:00Z");
    let resolved = alert("resolved", "2026-11-21T08:40:00Z");
    let again = alert("firing", "2026-11-21T08:50:00Z");
    let hold = |records: &[&Value]| {
        let records: Vec<Value> = records.iter().map(|record| (*record).clone()).collect();
        part_of("alertmanager", &json!({"fixed": "web"}), &records).part.folds[0].hold
    };
    assert_eq!(hold(&[&fired, &resolved]), Some(HoldReason::UpstreamResolved));
    assert_eq!(hold(&[&resolved, &fired]), Some(HoldReason::UpstreamResolved));
    assert_eq!(hold(&[&fired, &resolved, &again]), None);
    assert_eq!(hold(&[&again, &fired, &resolved]), None);
}

#[test]
fn no_claim_is_too_large_for_a_database() {
    let claim = |count: &Value| json!({"project": "web", "source": "logs", "kind": "line", "title": "a", "count": count});
    let part = part_of(
        "signal",
        &json!({"named": ["web"]}),
        &[claim(&json!(u64::MAX)), claim(&json!("18446744073709551615"))],
    );
    assert_sum(&part);
    let counts: Vec<u64> =
        part.part.folds.iter().flat_map(|fold| fold.records.iter().map(|record| record.count)).collect();
    assert_eq!(counts, [1 << 32, 1 << 32]);
    let row = json!({"session_id": "s", "last_timestamp": 1_795_249_800, "console_error_count": u64::MAX, "click_count": u64::MAX});
    let part = part_of("posthog_replay", &json!({"fixed": "web"}), &[row.clone(), row]);
    let session = &part.part.gathered.sessions[0];
    assert_eq!((session.errors, session.clicks), (2 << 32, 2 << 32));
    assert_eq!((part.read, part.not_a_signal), (2, 2));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes is folded or quarantined with its reason, and is counted as what became of it.
    #[test]
    fn damaged_records_are_folded_or_quarantined_and_add_up(
        (format, bytes) in damaged(), garbage in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let project = json!({"fixed": "web"});
        let records = [bytes, garbage];
        let part = part_of_bytes(format.name(), &project, &records);
        assert_sum(&part);
        for record in &part.part.quarantined {
            prop_assert!(!record.words.is_empty() && record.words.len() < 1000, "{}", record.words);
            prop_assert!(!record.words.contains(char::is_control), "{:?}", record.words);
        }
        for sample in part.part.folds.iter().flat_map(|fold| &fold.samples) {
            prop_assert!(sample.text.value.len() <= 2 * TEXT_LIMIT && !sample.text.value.contains('\0'));
        }
        // The same bytes again are the same part, but for the ids that are drawn.
        let again = part_of_bytes(format.name(), &project, &records);
        prop_assert_eq!((part.read, part.not_a_signal), (again.read, again.not_a_signal));
        prop_assert_eq!(part.part.gathered, again.part.gathered);
    }
}
